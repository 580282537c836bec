"""What is said of a picture of a known class: names in words, synonyms, and templates.

A name is true of every picture whose class has it, whatever the set: "residential area" of dense
and of sparse ones.
"""

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

_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "agricultural field": ("farmland", "crop field", "farm field", "arable land"),
    "airplane": ("aircraft", "plane", "parked airplanes", "airliner"),
    "airport": ("airport terminal", "airfield"),
    "bare land": ("bare soil", "barren land", "bare ground"),
    "baseball diamond": ("baseball field", "baseball pitch"),
    "baseball field": ("baseball diamond", "baseball pitch"),
    "beach": ("sandy beach", "seashore", "sandy coast"),
    "bridge": ("bridge over water", "bridge over a river"),
    "buildings": ("large buildings", "office buildings"),
    "chaparral": ("shrubs", "scrubland", "shrubland"),
    "church": ("church building", "cathedral"),
    "commercial area": ("commercial district", "business district", "shopping area"),
    "dense residential area": (
        "residential area",
        "dense housing",
        "crowded houses",
        "residential district",
    ),
    "desert": ("sandy desert", "sand desert", "arid land"),
    "farmland": ("agricultural land", "crop fields", "farm fields", "arable land"),
    "forest": ("woodland", "dense forest", "wood"),
    "freeway": ("motorway", "highway", "expressway"),
    "golf course": ("golf green", "fairway of a golf course"),
    "harbor": ("harbour", "port", "marina", "docks with boats"),
    "industrial area": ("factory", "industrial buildings", "warehouses", "industrial zone"),
    "intersection": ("crossroads", "road junction", "street crossing"),
    "meadow": ("grassland", "grass field", "green meadow"),
    "medium residential area": ("residential area", "suburb", "suburban houses", "neighbourhood"),
    "mobile home park": ("trailer park", "mobile homes", "caravan park"),
    "mountain": ("mountains", "mountain ridge", "mountainous land"),
    "overpass": ("viaduct", "flyover", "road bridge over a road", "highway overpass"),
    "park": ("city park", "public park", "public garden"),
    "parking lot": ("car park", "parking area", "parked cars"),
    "playground": ("football field", "sports field", "athletics track", "soccer field"),
    "pond": ("small lake", "lake"),
    "port": ("harbour", "harbor", "docks", "port with ships"),
    "public building in the centre of a town": ("centre", "civic centre", "large public building"),
    "railway station": ("train station", "railway tracks", "station with platforms"),
    "resort": ("holiday resort", "hotel resort", "hotels with pools"),
    "river": ("stream", "waterway", "river bank"),
    "runway": ("airport runway", "airstrip", "landing strip"),
    "school": ("school campus", "campus", "school buildings"),
    "sparse residential area": (
        "residential area",
        "scattered houses",
        "house among trees",
        "rural houses",
    ),
    "square": ("public square", "plaza", "town square"),
    "stadium": ("sports stadium", "arena", "football stadium"),
    "storage tanks": ("oil tanks", "tank farm", "fuel storage tanks"),
    "tennis court": ("tennis courts", "court for tennis"),
    "viaduct": ("overpass", "flyover", "elevated road", "highway interchange"),
}

LARGE_AREAS = frozenset(
    {
        "agricultural field",
        "bare land",
        "chaparral",
        "commercial area",
        "dense residential area",
        "desert",
        "farmland",
        "forest",
        "industrial area",
        "meadow",
        "medium residential area",
        "mobile home park",
        "mountain",
        "sparse residential area",
    }
)
"""Classes of RSICD and UC Merced, in words, that look the same from twice as far."""

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


def class_names(name: str) -> tuple[str, ...]:
    """Return what a class of RSICD or UC Merced may be called: its name in words, and others."""
    return (name, *_OTHER_NAMES.get(name, ()))


OVERVIEWS: dict[str, tuple[str, ...]] = {
    "clouds over the sea": ("clouds over the sea", "white clouds above the ocean"),
    "overcast": ("thick clouds hide the ground", "a cloudy satellite image", "overcast sky"),
    "island": (
        "an island in the sea",
        "an island surrounded by the ocean",
        "an island with clouds",
        "a green island seen from space",
    ),
    "coast": ("a coastline between land and sea", "a coast seen from space", "the sea shore"),
    "mountains": ("bare mountains", "a mountain range seen from space", "rocky mountain ridges"),
    "snow mountains": (
        "snow-covered mountains",
        "snow and glaciers on high mountains",
        "mountain peaks with snow and ice",
        "a glacier flows down between mountains",
    ),
    "dunes": ("sand dunes in a desert", "dunes of sand", "rows of dunes"),
    "desert": ("a sandy desert", "desert", "bare dry land seen from space"),
    "volcano": (
        "a volcano with a crater",
        "the crater of a volcano",
        "a volcanic cone",
        "a volcano seen from above",
    ),
    "wildfire": (
        "smoke of wildfires over the land",
        "smoke plumes of a forest fire",
        "wildfires burning",
        "drifting smoke seen from space",
    ),
    "meanders": (
        "a meandering river",
        "a river with many bends",
        "a winding river with oxbow lakes",
    ),
    "braided river": ("a braided river", "a river with many channels and gravel banks"),
    "pivots": (
        "circular irrigated fields",
        "round fields with centre-pivot irrigation",
        "crop circles of irrigation",
    ),
    "patchwork": (
        "a patchwork of rectangular crop fields",
        "many farm fields seen from space",
        "farmland with fields of different colours",
    ),
    "town": ("a town surrounded by farmland", "a town among fields", "a small city and farmland"),
    "city": ("a city seen from space", "a large city", "urban area with dense streets"),
    "motorway": (
        "a motorway",
        "a highway through suburbs or fields",
        "a wide road seen from space",
    ),
    "night": ("city lights at night", "night lights seen from space"),
    "ice": ("ice floes on the sea", "sea ice with cracks", "drifting ice"),
    "earth": ("the Earth seen from space", "full disk of the Earth", "planet Earth with clouds"),
    "cyclone": ("a tropical cyclone with an eye", "a hurricane", "a spiral storm over the ocean"),
    "lakes": ("many small lakes", "lakes and ponds in the land", "prairie with many ponds"),
    "reservoir": ("a reservoir behind a dam", "a dammed lake in a valley", "a reservoir"),
    "ships": ("ships on the water", "ships at anchor", "vessels at sea"),
    "golf course": (
        "a golf course",
        "golf course with fairways and sand bunkers",
        "fairways of a golf course between trees",
    ),
    "mine": ("an open-pit mine", "a quarry with terraces", "a large mine"),
    "solar farm": ("a solar farm", "rows of solar panels", "a photovoltaic power plant"),
    "salt ponds": ("salt evaporation ponds", "salt pans", "coloured ponds for making salt"),
    "greenhouses": ("greenhouses", "many white greenhouses", "fields covered with greenhouses"),
    "airport": ("an airport with runways", "runways of an airport", "an airport seen from space"),
}
"""Kind of drawn view to what is said of it, the plainest first."""
