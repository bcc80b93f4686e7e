"""Which columns the files of each kind may have, and by what names they go in the files of others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.i18n import N_
from data.models.people import ImportKind


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be imported. ``heading`` is its name in our own exports; then other names.

    ``help`` says what its cells may hold; ``needed``: no file does without it.
    """

    field: str
    label: str
    heading: str
    names: str
    help: str
    needed: bool = False


CODES = (
    "社員コード 社員no 社員id 従業員番号 従業員コード 職員番号 職員コード スタッフ番号 スタッフコード スタッフid "
    "会員番号 個人コード 番号 コード code employeeid employeeno employeenumber employeecode staffid number id"
)
WHOSE = Column(
    "code", N_("Code"), "社員番号", CODES,
    N_("By it people are recognised. They have to be there already."), needed=True,
)  # fmt: skip
DOING = Column(
    "doing", N_("Add or remove"), "操作",
    "処理 処理区分 区分 action operation",
    N_("Only in files that change a few things: “add” (or empty) adds what the row says, “remove” takes it away, and "
       "whatever no row names stays. Without this column a person has exactly what the rows of the file say."),
)  # fmt: skip
PEOPLE = (
    Column("code", N_("Code"), "社員番号", CODES,
           N_("By it people are recognised; one that is not there yet adds a person."), needed=True),
    Column("family_name", N_("Family name"), "姓",
           "氏 苗字 名字 姓漢字 familyname lastname surname",
           N_("Needed for a new person, unless there is a column with the whole name.")),
    Column("given_name", N_("Given name"), "名",
           "名前名 名漢字 givenname firstname",
           N_("Given name; may be empty.")),
    Column("family_kana", N_("Family name in kana"), "姓カナ",
           "セイ 姓かな 姓フリガナ 姓ふりがな せい カナ姓 フリガナ姓 familynamekana lastnamekana",
           N_("Kana in any width, hiragana too.")),
    Column("given_kana", N_("Given name in kana"), "名カナ",
           "メイ 名かな 名フリガナ 名ふりがな めい カナ名 フリガナ名 givennamekana firstnamekana",
           N_("Kana in any width, hiragana too.")),
    Column("name", N_("Name"), "氏名",
           "名前 姓名 お名前 社員名 従業員名 スタッフ名 漢字氏名 name fullname",
           N_("The whole name with a space between its parts, instead of two columns.")),
    Column("kana", N_("Kana"), "フリガナ",
           "ふりがな カナ かな 氏名カナ 氏名かな カナ氏名 氏名フリガナ kana namekana furigana",
           N_("All the kana with a space between its parts, instead of two columns.")),
    Column("login", N_("Login name"), "ログインID",
           "ログイン名 ログイン アカウント アカウント名 ユーザーid ユーザid ユーザー名 login loginid "
           "loginname username userid account",
           N_("Opens an account that waits for its one-time link. Empty: the present one stays.")),
    Column("departments", N_("Departments"), "部署",
           "所属 所属部署 部署名 部門 部門名 所属名 主所属 組織 department departments departmentname "
           "division",
           N_("From the top with “ / ” between; several with “;” between, the main one first.")),
    Column("regions", N_("Regions"), "地域",
           "所属地域 地域コード 市区町村 市町村 居住地 都道府県 勤務地 region regions area areacode "
           "municipality prefecture",
           N_("Names or codes of municipalities, several with “;” between.")),
    Column("mail1", N_("Mail address 1"), "メール1",
           "メール メールアドレス メールアドレス1 mail email emailaddress mailaddress mail1 email1 "
           "会社メール 会社メールアドレス eメール",
           N_("The three columns of mail addresses belong together: they say all addresses of a person.")),
    Column("mail2", N_("Mail address 2"), "メール2",
           "メールアドレス2 mail2 email2 個人メール 個人メールアドレス 携帯メール",
           N_("The three columns of mail addresses belong together: they say all addresses of a person.")),
    Column("mail3", N_("Mail address 3"), "メール3",
           "メールアドレス3 mail3 email3",
           N_("The three columns of mail addresses belong together: they say all addresses of a person.")),
    Column("mobile", N_("Mobile number"), "携帯電話",
           "携帯 携帯番号 携帯電話番号 携帯tel スマホ 電話番号 電話 mobile mobilephone mobilenumber "
           "cellphone phone phonenumber tel",
           N_("A number that begins with 070, 080 or 090, with or without hyphens.")),
    Column("postal_code", N_("Postal code"), "郵便番号",
           "〒 郵便 自宅郵便番号 postalcode postcode zip zipcode",
           N_("Seven digits, with or without a hyphen.")),
    Column("address", N_("Address"), "住所",
           "現住所 自宅住所 居所 address homeaddress",
           N_("As it stands on a letter.")),
    Column("language", N_("Language"), "言語",
           "使用言語 表示言語 language lang",
           N_("ja or en; empty means Japanese.")),
)  # fmt: skip
DEPARTMENTS = (
    Column("path", N_("Department from the top"), "部署",
           "部署パス 部署階層 階層 組織階層 所属 フルパス path departmentpath department fullname",
           N_("All names from the top with “ / ” between; those above that are missing are made too.")),
    Column("code", N_("Department code"), "部署コード",
           "部門コード 組織コード 所属コード コード code departmentcode departmentid id",
           N_("The organisation’s own code. With it a department is recognised when it is renamed or moved.")),
    Column("name", N_("Name"), "部署名",
           "部門名 組織名 所属名 名称 name departmentname",
           N_("The name of the department itself; goes with the two columns of codes.")),
    Column("parent_code", N_("Code of the department above"), "親部署コード",
           "親コード 上位部署コード 上位コード 親部門コード 上位部門コード 上位組織コード 親組織コード "
           "parentcode parentdepartmentcode parentid parent",
           N_("Empty for a department at the top. The one above may stand further down in the file.")),
)  # fmt: skip
MEMBERSHIPS = (
    WHOSE,
    Column("department", N_("Department"), "部署",
           "所属 所属部署 部署名 部門 組織 department departmentname division",
           N_("From the top with “ / ” between, or the code of the department. Empty: the person belongs to none."),
           needed=True),
    Column("main", N_("Main one"), "主務",
           "主所属 主務フラグ 優先 優先する部署 main primary maindepartment",
           N_("○ in the row of the main department, else empty. Without any the main one stays as it is.")),
    DOING,
)  # fmt: skip
ROLES = (
    replace(WHOSE, needed=False),
    Column("login", N_("Login name"), "ログインID",
           "ログイン名 ログイン アカウント ユーザーid login loginid username account",
           N_("Instead of the code of the person, or besides it.")),
    Column("role", N_("Permission set"), "権限セット",
           "役割 権限 管理者権限 管理者の役割 権限名 role permissionset set",
           N_("The name of a permission set, for instance “Department manager”. System administrators are not named by "
              "files. Empty: the person has none."), needed=True),
    Column("reach", N_("Reach"), "範囲",
           "権限範囲 対象範囲 reach scope",
           N_("“Whole organisation”, “Department and below” or “Own data only”. Not needed beside a department.")),
    Column("department", N_("Department and all below"), "対象部署",
           "部署 範囲部署 所属 部署とその配下 部署（配下を含む） 部署とその下すべて department scopedepartment",
           N_("Only for the reach “department and below”.")),
    DOING,
)  # fmt: skip
REGIONS = (
    WHOSE,
    Column("region", N_("Region"), "地域",
           "所属地域 地域コード 市区町村 市町村 居住地 勤務地 都道府県 region regioncode area areacode municipality",
           N_("The name or the code of a municipality. Empty: no region concerns the person."), needed=True),
    DOING,
)  # fmt: skip
BY_KIND: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.PEOPLE: PEOPLE,
    ImportKind.DEPARTMENTS: DEPARTMENTS,
    ImportKind.MEMBERSHIPS: MEMBERSHIPS,
    ImportKind.ROLES: ROLES,
    ImportKind.REGIONS: REGIONS,
}
