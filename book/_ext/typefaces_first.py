"""The fonts that a page begins with are asked for at once, not after its styles are read."""

FIRST = ("serif-regular", "sans-regular", "sans-bold")
LINK = (
    '\n<link rel="preload" as="font" type="font/woff2" crossorigin'
    ' href="{root}_static/fonts/{name}.woff2" />'
)


def preload(app, name, template, context, document):
    """Name in the head of a page the fonts of its first screen."""
    root = "../" * name.count("/")
    links = "".join(LINK.format(root=root, name=font) for font in FIRST)
    context["metatags"] = context.get("metatags", "") + links


def setup(app):
    app.connect("html-page-context", preload)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
