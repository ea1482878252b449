"""The content security policy of a page of seqloom: its own style and script, and nothing else.

Both are named by their hashes, so text of the data that ended up as markup could neither run nor
change the look. Source: W3C, "Content Security Policy Level 3", section 6.7.3. Checked in Chromium
by `tests/inspection/page/test_policy.py`.
"""

import base64
import hashlib


def policy(style: str, script: str) -> str:
    """The value of `Content-Security-Policy`.

    Args:
        style: All that stands between `<style>` and `</style>`.
        script: All that stands between `<script>` and `</script>`.
    """
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
