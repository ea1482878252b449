"""Names of columns that people use, by what the column is for; compared in lower case."""

_LANGUAGES = """
en de fr es it pt nl ru zh ja hi ar english german french spanish italian portuguese dutch
russian chinese japanese hindi arabic
"""
_TEXT = """
text texts sentence sentences review reviews review_text review_body body content comment
comments message messages tweet tweets title headline document utterance query question
description post phrase sms reviewtext satz nachricht inhalt titel kommentar texte
commentaire texto frase comentario comentário testo commento tekst zin текст отзыв
сообщение 文本 内容 句子 评论 テキスト 本文 文 पाठ वाक्य النص نص
"""
_LABEL = """
label labels sentiment class classes category categories target topic intent polarity
emotion language lang tag rating stars score genre opinion klasse kategorie stimmung
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
