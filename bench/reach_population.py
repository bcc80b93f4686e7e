"""A large organisation of invented people for bench-reach: names as unevenly spread as real ones, departments of any depth.

Family names are put together from two parts, so that two letters stand in the names of few or of very many people; the
common ones come first. Each department lies below any of those made before it: most are seven to twelve levels down.
"""

from sqlalchemy import Engine, text

from bench.population import filling

BEFORE = (
    "山ヤマ 田タ 中ナカ 小コ 大オオ 高タカ 松マツ 川カワ 石イシ 木キ 村ムラ 上ウエ 藤フジ 井イ 西ニシ 東ヒガシ 北キタ 南ミナミ 森モリ 林ハヤシ "
    "池イケ 岡オカ 原ハラ 野ノ 浜ハマ 島シマ 谷タニ 古フル 新アラ 長ナガ 青アオ 黒クロ 白シロ 竹タケ 杉スギ 桜サクラ 梅ウメ 宮ミヤ 福フク 吉ヨシ"
)
AFTER = (
    "田ダ 本モト 山ヤマ 川カワ 村ムラ 野ノ 島シマ 口グチ 下シタ 原ハラ 井イ 崎サキ 沢ザワ 木ギ 林バヤシ 橋ハシ 谷タニ 内ウチ 岡オカ 森モリ "
    "池イケ 浦ウラ 尾オ 部ベ 間マ 津ツ 倉クラ 塚ヅカ 瀬セ 江エ 垣ガキ 坂サカ 根ネ 平ヒラ 場バ 松マツ 見ミ 宅ヤケ 屋ヤ 代シロ"
)
GIVEN = (
    "翔太ショウタ 美咲ミサキ 健太ケンタ 愛アイ 誠マコト 優子ユウコ 浩ヒロシ 葵アオイ 亮リョウ 陽菜ヒナ 蓮レン 結衣ユイ 大輔ダイスケ 恵ケイ "
    "直樹ナオキ 由美ユミ 拓也タクヤ 香織カオリ 隆タカシ 真由美マユミ 樹イツキ 千尋チヒロ 修シュウ 幸子サチコ 光ヒカル 京子キョウコ 剛ツヨシ "
    "麻衣マイ 学マナブ 奈々ナナ 悟サトル 智子トモコ 進ススム 彩アヤ 豊ユタカ 文フミ 茂シゲル 雅子マサコ 勇イサム 和子カズコ"
)
DEPARTMENTS = 20_000
"""Of which every second person has two."""

EARLY_OFTEN = "floor(power(random(), 1.7) * 40)::int + 1"
SEED = "SELECT setseed(0.25)"
STATEMENTS = (
    """WITH RECURSIVE drawn AS MATERIALIZED (
           SELECT n, CASE WHEN n > 1 THEN floor(random() * (n - 1))::bigint + 1 END AS parent
             FROM generate_series(1, CAST(:departments AS bigint)) n
       ), tree AS (
           SELECT n, parent, '/' || n || '/' AS path, '部署' || n AS full_name, 0 AS depth FROM drawn WHERE parent IS NULL
            UNION ALL
           SELECT drawn.n, drawn.parent, tree.path || drawn.n || '/', tree.full_name || ' / 部署' || drawn.n, depth + 1
             FROM drawn JOIN tree ON drawn.parent = tree.n
       )
       INSERT INTO department (id, parent_id, name, path, full_name, sort_key, depth, version)
       SELECT n, parent, '部署' || n, path, full_name, left(full_name, 200), depth, 1 FROM tree ORDER BY n""",
    f"""WITH drawn AS MATERIALIZED (
           SELECT n, {EARLY_OFTEN} AS one, {EARLY_OFTEN} AS two, {EARLY_OFTEN} AS three
             FROM generate_series(2, CAST(:people AS bigint) + 1) n
       )
       INSERT INTO person (id, code, family_name, given_name, family_kana, given_kana, version, created_at, updated_at)
       SELECT n, to_char(n, 'FM0000000'), before.name || behind.name, given.name, before.kana || behind.kana, given.kana,
              1, now(), now()
         FROM drawn
         JOIN part before ON before.list = 'before' AND before.at = one
         JOIN part behind ON behind.list = 'after' AND behind.at = two
         JOIN part given ON given.list = 'given' AND given.at = three""",
    """INSERT INTO membership (person_id, department_id, main)
       SELECT n, floor(random() * :departments)::bigint + 1, true FROM generate_series(2, CAST(:people AS bigint) + 1) n""",
    """INSERT INTO membership (person_id, department_id, main)
       SELECT n, floor(random() * :departments)::bigint + 1, false
         FROM generate_series(2, CAST(:people AS bigint) + 1, 2) n
       ON CONFLICT DO NOTHING""",
    """INSERT INTO contact_point (person_id, kind, value, state)
       SELECT n, 'mail', 'p' || n || '@example.jp', 'works' FROM generate_series(2, CAST(:people AS bigint) + 1) n""",
    """INSERT INTO person_region (person_id, area_code)
       SELECT n, (SELECT array_agg(code ORDER BY code) FROM area WHERE kind = 'municipality')[n % 1800 + 1]
         FROM generate_series(2, CAST(:people AS bigint) + 1) n""",
    "SELECT setval(pg_get_serial_sequence('department', 'id'), (SELECT max(id) FROM department))",
    "SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT max(id) FROM person))",
)  # fmt: skip
PARTS = "CREATE TEMPORARY TABLE part (list text, at int, name text, kana text) ON COMMIT DROP"


def populate(engine: Engine, people: int, departments: int = DEPARTMENTS) -> None:
    """Make ``people`` people beside the first administrator in so many departments: the same every time."""
    with filling(engine) as connection:
        connection.execute(text(SEED))
        connection.execute(text(PARTS))
        connection.execute(text("INSERT INTO part VALUES (:list, :at, :name, :kana)"), _parts())
        for statement in STATEMENTS:
            known = {"people": people, "departments": departments}
            connection.execute(
                text(statement), {name: value for name, value in known.items() if f":{name}" in statement}
            )


def _parts() -> list[dict[str, object]]:
    lists = {"before": BEFORE, "after": AFTER, "given": GIVEN}
    return [
        {"list": name, "at": at, "name": _kanji(part), "kana": part[len(_kanji(part)) :]}
        for name, parts in lists.items()
        for at, part in enumerate(parts.split(), start=1)
    ]


def _kanji(part: str) -> str:
    return "".join(letter for letter in part if not "\u30a1" <= letter <= "\u30fc")
