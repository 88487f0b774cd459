"""Who plays: the demo accounts. They exist only on the local platform."""

from dataclasses import dataclass, field

PASSWORD = "knowledge is shared"


@dataclass(frozen=True)
class Part:
    key: str
    name: str
    role: str
    language: str
    time_zone: str
    interests: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return f"{self.key}@example.com"


ADMIN = Part("admin", "Amina Okafor", "admin", "en", "Africa/Lagos")
REVIEWER = Part("reviewer", "Rex Holm", "reviewer", "en", "Europe/Stockholm")
AUTHOR_ZH = Part("lin", "林知远", "author", "zh-Hans", "Asia/Shanghai")
AUTHOR_EN = Part("maya", "Maya Adler", "author", "en", "Europe/Dublin")
READER_CARD = Part("mei", "李小梅", "reader", "zh-Hans", "Asia/Shanghai", ["medicine", "finance"])
READER_ALIPAY = Part("hua", "陈华", "reader", "zh-Hans", "Asia/Hong_Kong", ["technology"])
READER_WECHAT = Part("tom", "Tom Archer", "reader", "en", "America/New_York", ["education"])

AUTHORS = (AUTHOR_ZH, AUTHOR_EN)
READERS = (READER_CARD, READER_ALIPAY, READER_WECHAT)
PEOPLE = (ADMIN, REVIEWER, *AUTHORS, *READERS)
