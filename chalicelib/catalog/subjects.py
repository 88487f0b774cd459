"""The taxonomy: what a work can be about. A work names exact subjects, and stands on their parents' shelves too."""

from collections.abc import Iterable

from msgspec import Struct


class Subject(Struct, frozen=True):
    """``parent`` is the wider subject that this one belongs to; the names are for people."""

    slug: str
    en: str
    zh: str
    parent: str | None = None


_TREE: tuple[tuple[str, str, str, str | None], ...] = (
    ("technology", "Technology", "科技", None),
    ("programming", "Programming", "编程", "technology"),
    ("data-science", "Data science", "数据科学", "technology"),
    ("artificial-intelligence", "Artificial intelligence", "人工智能", "technology"),
    ("cloud-computing", "Cloud computing", "云计算", "technology"),
    ("security", "Information security", "信息安全", "technology"),
    ("science", "Science", "科学", None),
    ("mathematics", "Mathematics", "数学", "science"),
    ("physics", "Physics", "物理学", "science"),
    ("biology", "Biology", "生物学", "science"),
    ("environment", "Environment", "环境", "science"),
    ("business", "Business", "商业", None),
    ("finance", "Finance", "财经", "business"),
    ("management", "Management", "管理", "business"),
    ("marketing", "Marketing", "市场营销", "business"),
    ("entrepreneurship", "Entrepreneurship", "创业", "business"),
    ("law", "Law", "法律", None),
    ("medicine", "Medicine", "医学", None),
    ("nutrition", "Nutrition", "营养学", "medicine"),
    ("psychology", "Psychology", "心理学", None),
    ("education", "Education", "教育", None),
    ("languages", "Languages", "语言学习", "education"),
    ("vocational-training", "Vocational training", "职业培训", "education"),
    ("humanities", "Humanities", "人文", None),
    ("history", "History", "历史", "humanities"),
    ("philosophy", "Philosophy", "哲学", "humanities"),
    ("literature", "Literature", "文学", "humanities"),
    ("writing", "Writing", "写作", "humanities"),
    ("arts", "Arts", "艺术", None),
    ("music", "Music", "音乐", "arts"),
    ("design", "Design", "设计", "arts"),
    ("photography", "Photography", "摄影", "arts"),
    ("life", "Life", "生活", None),
    ("parenting", "Parenting", "育儿", "life"),
    ("cooking", "Cooking", "烹饪", "life"),
    ("travel", "Travel", "旅行", "life"),
)

SUBJECTS: dict[str, Subject] = {slug: Subject(slug, en, zh, parent) for slug, en, zh, parent in _TREE}


def shelves(subjects: Iterable[str]) -> list[str]:
    """The shelves that a work about these stands on, each once."""
    wider = [name for slug in subjects for name in (slug, SUBJECTS[slug].parent if slug in SUBJECTS else None)]
    return sorted({name for name in wider if name})
