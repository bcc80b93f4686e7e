"""Which columns an import knows, by what names they go in the files of others, and how a file's are mapped to them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Invalid
from core.i18n import N_, _, listed
from core.transaction import Transaction
from data.models.people import ImportKind
from services.fields import OwnFieldRow, own_fields


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be imported. ``heading`` is its name in our own exports; then other names."""

    field: str
    label: str
    heading: str
    names: str


PEOPLE = (
    Column("code", N_("Code"), "社員番号",
           "社員コード 社員no 社員id 従業員番号 従業員コード 職員番号 職員コード スタッフ番号 スタッフコード "
           "スタッフid 会員番号 個人コード 番号 コード code employeeid employeeno employeenumber "
           "employeecode staffid number id"),
    Column("family_name", N_("Family name"), "姓",
           "氏 苗字 名字 姓漢字 familyname lastname surname"),
    Column("given_name", N_("Given name"), "名",
           "名前名 名漢字 givenname firstname"),
    Column("family_kana", N_("Family name in kana"), "姓カナ",
           "セイ 姓かな 姓フリガナ 姓ふりがな せい カナ姓 フリガナ姓 familynamekana lastnamekana"),
    Column("given_kana", N_("Given name in kana"), "名カナ",
           "メイ 名かな 名フリガナ 名ふりがな めい カナ名 フリガナ名 givennamekana firstnamekana"),
    Column("name", N_("Name"), "氏名",
           "名前 姓名 お名前 社員名 従業員名 スタッフ名 漢字氏名 name fullname"),
    Column("kana", N_("Kana"), "フリガナ",
           "ふりがな カナ かな 氏名カナ 氏名かな カナ氏名 氏名フリガナ kana namekana furigana"),
    Column("login", N_("Login name"), "ログインID",
           "ログイン名 ログイン アカウント アカウント名 ユーザーid ユーザid ユーザー名 login loginid "
           "loginname username userid account"),
    Column("departments", N_("Departments"), "部署",
           "所属 所属部署 部署名 部門 部門名 所属名 主所属 組織 department departments departmentname "
           "division"),
    Column("regions", N_("Regions"), "地域",
           "所属地域 地域コード 市区町村 市町村 居住地 都道府県 勤務地 region regions area areacode "
           "municipality prefecture"),
    Column("mail1", N_("Mail address 1"), "メール1",
           "メール メールアドレス メールアドレス1 mail email emailaddress mailaddress mail1 email1 "
           "会社メール 会社メールアドレス eメール"),
    Column("mail2", N_("Mail address 2"), "メール2",
           "メールアドレス2 mail2 email2 個人メール 個人メールアドレス 携帯メール"),
    Column("mail3", N_("Mail address 3"), "メール3",
           "メールアドレス3 mail3 email3"),
    Column("mobile", N_("Mobile number"), "携帯電話",
           "携帯 携帯番号 携帯電話番号 携帯tel スマホ 電話番号 電話 mobile mobilephone mobilenumber "
           "cellphone phone phonenumber tel"),
    Column("postal_code", N_("Postal code"), "郵便番号",
           "〒 郵便 自宅郵便番号 postalcode postcode zip zipcode"),
    Column("address", N_("Address"), "住所",
           "現住所 自宅住所 居所 address homeaddress"),
    Column("language", N_("Language"), "言語",
           "使用言語 表示言語 language lang"),
)  # fmt: skip
DEPARTMENTS = (
    Column("path", N_("Department from the top"), "部署",
           "部署パス 部署階層 階層 組織階層 所属 フルパス path departmentpath department fullname"),
    Column("code", N_("Department code"), "部署コード",
           "部門コード 組織コード 所属コード コード code departmentcode departmentid id"),
    Column("name", N_("Name"), "部署名",
           "部門名 組織名 所属名 名称 name departmentname"),
    Column("parent_code", N_("Code of the department above"), "親部署コード",
           "親コード 上位部署コード 上位コード 親部門コード 上位部門コード 上位組織コード 親組織コード "
           "parentcode parentdepartmentcode parentid parent"),
)  # fmt: skip
BY_KIND: Mapping[ImportKind, tuple[Column, ...]] = {ImportKind.PEOPLE: PEOPLE, ImportKind.DEPARTMENTS: DEPARTMENTS}
OWN = "own."
"""Before its code, what an import calls an own field."""

MAIL_FIELDS = ("mail1", "mail2", "mail3")
NOISE = re.compile(r"[\s_\-・.()\[\]【】*※:/]+|必須|任意")


def own_columns(fields: Sequence[OwnFieldRow]) -> tuple[Column, ...]:
    """Return the columns of own fields: files name them by label, in either language, or by code."""
    return tuple(
        Column(f"{OWN}{one.code}", one.label, one.label_ja, f"{one.code} {_plain(one.label_en)}") for one in fields
    )


def columns_of(tx: Transaction, kind: ImportKind) -> tuple[Column, ...]:
    """Return every column that files of a kind may have now."""
    return BY_KIND[kind] + (own_columns(own_fields(tx, "person")) if kind is ImportKind.PEOPLE else ())


def guess(kind: ImportKind, header: Sequence[str], columns: Sequence[Column] = ()) -> dict[str, str]:
    """Return a mapping, column of the file by field, from the names in the header; what is not clear is left out."""
    by_name = {_plain(name): name for name in reversed(header)}
    mapping: dict[str, str] = {}
    for column in columns or BY_KIND[kind]:
        names = (_plain(name) for name in (column.heading, *column.names.split()))
        found = next((by_name[name] for name in names if name in by_name), None)
        if found is not None and found not in mapping.values():
            mapping[column.field] = found
    for whole, parts in (("name", ("family_name", "given_name")), ("kana", ("family_kana", "given_kana"))):
        if kind is ImportKind.PEOPLE and whole in mapping and mapping.keys() & set(parts):
            del mapping[whole]
    if kind is ImportKind.DEPARTMENTS and {"path", "parent_code"} <= mapping.keys():
        del mapping["path"]
    if kind is ImportKind.DEPARTMENTS and "name" in mapping and "parent_code" not in mapping:
        mapping.setdefault("path", mapping["name"])
        del mapping["name"]
    return mapping


def check_mapping(
    kind: ImportKind, header: Sequence[str], mapping: Mapping[str, str], columns: Sequence[Column]
) -> None:
    """Check a mapping made by a person.

    Raises:
        Invalid: with a sentence for each field that is wrong.
    """
    fields: dict[str, str] = {}
    known = {column.field: column for column in columns}
    for name, column in mapping.items():
        if name not in known:
            fields[name] = _(N_("There is no such field."))
        elif column not in header:
            fields[name] = _(N_("The file has no column “{column}”."), column=column)
        elif list(mapping.values()).count(column) > 1:
            fields[name] = _(N_("The column “{column}” is chosen twice."), column=column)
    fields |= _lacking_people(mapping) if kind is ImportKind.PEOPLE else _lacking_departments(mapping)
    if fields:
        labels = [_(known[name].label) if name in known else name for name in fields]
        raise Invalid(N_("The columns need another look: {names}."), fields=fields, names=listed(labels))


def is_name_of_column(label: str) -> bool:
    """Say whether files know a column of people by this name already."""
    known = (
        name for column in PEOPLE for name in (column.heading, column.label, _(column.label), *column.names.split())
    )
    return _plain(label) in set(map(_plain, known))


def label_of(columns: Sequence[Column], name: str) -> str:
    """Return what people call a field, in the current language."""
    if name == "mails":
        return _(N_("Mail addresses"))
    return next((_(column.label) for column in columns if column.field == name), name)


def _lacking_people(mapping: Mapping[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if "code" not in mapping:
        fields["code"] = _(N_("Choose the column with the code: people are recognised by it."))
    for whole, parts in (("name", ("family_name", "given_name")), ("kana", ("family_kana", "given_kana"))):
        if whole in mapping and mapping.keys() & set(parts):
            fields[whole] = _(N_("Choose either one column for the whole or one for each part."))
    return fields


def _lacking_departments(mapping: Mapping[str, str]) -> dict[str, str]:
    if "path" in mapping:
        both = mapping.keys() & {"name", "parent_code"}
        return dict.fromkeys(both, _(N_("This goes without the column of the department from the top.")))
    needed = {"code", "name", "parent_code"} - mapping.keys()
    return dict.fromkeys(needed, _(N_("Choose this column, or that of the department from the top.")))


def _plain(name: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())
