"""Texts of many scripts whose marks and joiners belong to their words."""

MARKED = [
    "मुझे यह फिल्म बहुत पसंद",  # Hindi: vowel signs and virama
    "क्\u200dष द्\u200cव",  # with joiners
    "தமிழ் மொழி",  # Tamil
    "ภาษาไทย น้ำ",  # Thai
    "مُحَمَّد كِتَاب",  # Arabic with harakat
    "می\u200cخواهم",  # noqa: RUF001 - Persian: ZWNJ
    "בְּרֵאשִׁית בָּרָא",  # Hebrew points
    "cafe\u0301 nai\u0308ve l\u2019e\u0301te\u0301",  # decomposed
    "a\u20dd \u0301a",  # an enclosing mark; a mark without a letter
    "👩\u200d👩\u200d👧 👍🏽 🇩🇪 🏴\U000e0067\U000e0062\U000e007f ❤\ufe0f\u200d🔥",  # emoji
    "1\ufe0f\u20e3 #\ufe0f\u20e3",  # keycaps
]
