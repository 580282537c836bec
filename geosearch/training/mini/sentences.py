"""What is said of a picture of a known class: names in words, synonyms, and templates."""

_CLASS_NAMES = {  # as RSICD and UC Merced run them together
    "agricultural": "agricultural field",
    "bareland": "bare land",
    "baseballdiamond": "baseball diamond",
    "baseballfield": "baseball field",
    "center": "public building in the centre of a town",
    "commercial": "commercial area",
    "denseresidential": "dense residential area",
    "golfcourse": "golf course",
    "industrial": "industrial area",
    "mediumresidential": "medium residential area",
    "mobilehomepark": "mobile home park",
    "parking": "parking lot",
    "parkinglot": "parking lot",
    "playground": "playground",
    "railwaystation": "railway station",
    "sparseresidential": "sparse residential area",
    "storagetanks": "storage tanks",
    "tenniscourt": "tennis court",
}

EUROSAT_SYNONYMS: dict[str, tuple[str, ...]] = {
    # the first is the name that CLIP's authors use for the class
    "AnnualCrop": ("annual crop land", "annual crops", "arable fields", "crop fields"),
    "Forest": ("forest", "woodland", "dense forest"),
    "HerbaceousVegetation": (
        "brushland or shrubland",
        "herbaceous vegetation",
        "shrubs and grassland",
    ),
    "Highway": ("highway or road", "highway", "motorway", "road"),
    "Industrial": (
        "industrial buildings or commercial buildings",
        "industrial buildings",
        "industrial area",
    ),
    "Pasture": ("pasture land", "pasture", "meadow for grazing"),
    "PermanentCrop": ("permanent crop land", "permanent crops", "orchards and vineyards"),
    "Residential": (
        "residential buildings or homes or apartments",
        "residential buildings",
        "residential area",
    ),
    "River": ("river",),
    "SeaLake": ("lake or sea", "sea or lake", "open water"),
}
"""Folder of EuroSAT to what its pictures are called."""

EUROSAT_TEMPLATES = (
    "a centered satellite photo of {}.",
    "a centered satellite photo of a {}.",
    "a centered satellite photo of the {}.",
    "a satellite photo of {}.",
    "a satellite image of {}",
    "an aerial image of {}",
    "Sentinel-2 image of {}",
    "{}",
)

CLASS_TEMPLATES = (
    "a satellite photo of a {}.",
    "a satellite photo of {}.",
    "a satellite image of {}",
    "an aerial view of a {}",
    "a {}",
    "{}",
)


def class_name(run_together: str) -> str:
    """Return a class of RSICD or UC Merced in words: ``parkinglot`` is a parking lot."""
    return _CLASS_NAMES.get(run_together.lower(), run_together.lower())


def class_phrases(name: str) -> tuple[str, ...]:
    """Return what can be said of every picture of a class, by its name in words."""
    return tuple(template.format(name) for template in CLASS_TEMPLATES)


def eurosat_phrases(folder: str) -> tuple[str, ...]:
    """Return what can be said of every picture of a EuroSAT class."""
    return tuple(
        template.format(name) for template in EUROSAT_TEMPLATES for name in EUROSAT_SYNONYMS[folder]
    )
