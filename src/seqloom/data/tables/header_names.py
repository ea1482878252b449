"""Names of columns that people use, by what the column is for; compared in lower case.

Checked by `tests/data/tables/test_roles.py`.
"""

import re
from collections.abc import Sequence

_LANGUAGES = """
en de fr es it pt nl ru zh ja hi ar english german french spanish italian portuguese dutch
russian chinese japanese hindi arabic
"""
_TEXT = """
text texts sentence sentences review reviews review_text review_body body content comment
comments message messages tweet tweets document utterance query question
description post phrase sms reviewtext
abstract news article email satz nachricht inhalt kommentar texte
commentaire texto frase comentario comentário testo commento tekst zin текст отзыв
сообщение 文本 内容 句子 评论 テキスト 本文 文 पाठ वाक्य النص نص
"""
_LABEL = """
label labels sentiment class classes category categories target topic intent polarity
emotion language lang tag rating stars score genre opinion
liked spam label_text gender author klasse kategorie stimmung
bewertung étiquette classe catégorie etiqueta clase categoría categoria sentimiento
sentimento etichetta метка класс категория 标签 类别 情感 ラベル लेबल تصنيف
"""
_SOURCE = """
source sources src input inputs word words lemma lemmas grapheme graphemes spelling
orthography question prompt source_text input_text quelle wort mot palabra parola palavra
слово 单词 शब्द
"""
_TARGET = """
target targets tgt trg output outputs pronunciation pronunciations pron phone phones
phoneme phonemes ipa transcription translation form inflected answer target_text
output_text summary ziel aussprache prononciation traduction pronunciación traducción
pronuncia traduzione транскрипция перевод 发音 翻译
"""

HEADER_NAMES: dict[str, frozenset[str]] = {
    "text": frozenset(_TEXT.split()),
    "label": frozenset(_LABEL.split()),
    "source": frozenset((_SOURCE + _LANGUAGES).split()),
    "target": frozenset((_TARGET + _LANGUAGES).split()),
}

TITLES = frozenset(
    ["title", "titles", "headline", "subject", "titel", "titre", "titolo"]
)  # texts, at a pinch
WITHIN = ("text", "label")  # roles whose names may stand last in a longer one, `review_text`
_WORD = re.compile(r"[^\W_]+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def known_for(name: str, role: str) -> int:
    """How well a name is known for a role.

    Returns:
        4 for the role's own, 3 for a synonym, 2 for one that ends in a synonym, 1 for a title
        where a text is looked for, else 0.
    """
    plain = name.strip().lower()
    if plain == role:
        return 4
    if plain in HEADER_NAMES[role]:
        return 3
    if role == "text" and plain in TITLES:
        return 1
    words = _WORD.findall(_CAPITAL.sub(" ", name.strip()).lower())
    return 2 * int(role in WITHIN and 1 < len(words) < 5 and words[-1] in HEADER_NAMES[role])


def known_columns(names: Sequence[str], role: str) -> list[str]:
    """The names that are known best for a role, and equally well."""
    ranks = {name: known_for(name, role) for name in names}
    best = max(ranks.values(), default=0)
    return [name for name in names if best and ranks[name] == best]
