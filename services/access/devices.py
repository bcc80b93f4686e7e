"""What a browser is called (端末): the words for its User-Agent, enough to recognise one's own."""

from core.i18n import N_, _

# In this order: each later one is named in the texts of those before it as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Return what people call the browser and the machine, for instance ``Chrome, Windows``."""
    known = [next((name for sign, name in names if sign in user_agent), None) for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in known if name) or _(N_("Unknown browser"))
