"""What is said of what was drawn: for each kind its sentences, the plainest first."""

ARRANGEMENTS: dict[str, tuple[str, ...]] = {
    "court between two white buildings": (
        "tennis court between two white buildings",
        "a tennis court between two white buildings",
        "a tennis court flanked by white buildings on both sides",
        "there is a tennis court with a white building on each side",
        "two white buildings with a tennis court between them",
    ),
    "court beside one white building": (
        "a tennis court next to one white building",
        "tennis court beside a single white building",
        "there is a white building on one side of a tennis court",
        "one white building and a tennis court",
    ),
    "court between two coloured houses": (
        "a tennis court between two {roof}-roofed houses",
        "tennis court between two buildings with {roof} roofs",
        "two {roof}-roofed buildings with a tennis court between them",
        "there is a tennis court with a {roof}-roofed house on each side",
    ),
    "grass between two white buildings": (
        "two white buildings with a lawn between them",
        "grass between two white buildings",
        "a lawn between two white buildings",
    ),
    "car park between two white buildings": (
        "two white buildings with a car park between them",
        "a car park between two white buildings",
        "parking lot with cars between two white buildings",
    ),
    "pool between two white buildings": (
        "two white buildings with a swimming pool between them",
        "a swimming pool between two white buildings",
        "swimming pool between two white buildings",
    ),
    "road between two white buildings": (
        "two white buildings with a road between them",
        "a road between two white buildings",
        "a road runs between two white buildings",
    ),
    "white building between two courts": (
        "a white building between two tennis courts",
        "white building with a tennis court on each side",
        "two tennis courts with one white building between them",
    ),
    "court at the end of two white buildings": (
        "a tennis court at the end of a row of two white buildings",
        "two white buildings side by side and a tennis court at one end",
        "two neighbouring white buildings with a tennis court beside them",
    ),
    "two courts side by side": (
        "two tennis courts side by side",
        "two tennis courts next to each other",
        "a pair of tennis courts",
    ),
    "court alone in a field": (
        "a tennis court alone in a field",
        "tennis court in the middle of fields",
        "a lonely tennis court surrounded by farmland",
    ),
    "court in a forest clearing": (
        "a tennis court in a forest clearing",
        "tennis court surrounded by forest",
        "a tennis court in the woods",
    ),
}
"""Sentences of arrangements; ``{roof}`` stands for the colour of the roofs."""

SCENERY: dict[str, tuple[str, ...]] = {
    "forest": ("dense forest", "a forest seen from above", "many green trees in a wood"),
    "fields": ("farmland", "agricultural fields", "fields with different crops"),
    "meadow": ("a meadow with a few trees", "grassland with scattered trees"),
    "orchard": ("an orchard", "fruit trees planted in rows", "orchard with trees in a grid"),
    "lake in forest": ("a lake in a forest", "lake surrounded by trees", "a lake in the woods"),
    "lake among fields": ("a lake among fields", "lake surrounded by farmland"),
    "river through fields": (
        "a river through fields",
        "a river winds through farmland",
        "river between fields",
    ),
    "river through forest": ("a river through a forest", "a river with trees on both banks"),
    "sea shore": ("a sea shore with a sandy beach", "beach and sea", "a sandy coast"),
    "road through forest": ("a road through a forest", "road between trees", "a forest road"),
    "road through fields": ("a road through fields", "a road between farm fields"),
    "curved road": ("a curved road", "a road with a bend", "a winding road"),
    "crossroads": ("a crossroads", "two roads crossing", "a road junction"),
    "bridge": ("a bridge over a river", "a road bridge crossing a river"),
    "houses along a road": (
        "houses along a road",
        "a row of houses beside a road",
        "a residential street with houses",
    ),
    "residential area": (
        "a residential area",
        "many houses with gardens",
        "a dense residential area with many houses",
    ),
    "farmhouse": (
        "a farmhouse among fields",
        "a lonely farm surrounded by fields",
        "farm buildings in farmland",
    ),
    "house with pool": (
        "a house with a swimming pool",
        "a swimming pool in the garden of a house",
    ),
    "car park": ("a car park", "a parking lot with many cars", "cars in a parking lot"),
    "water": ("open water", "nothing but water"),
}
"""Sentences of other scenery."""

_PARTS: dict[tuple[int, int], tuple[str, ...]] = {
    # courts and white buildings of which most is in the picture
    (1, 0): ("a tennis court", "tennis court"),
    (2, 0): ("two tennis courts", "tennis courts"),
    (0, 1): ("a white building", "a big white building"),
    (0, 2): ("two white buildings", "white buildings"),
    (1, 1): ("a tennis court and a white building", "a tennis court near a white building"),
    (2, 1): ("two tennis courts and a white building",),
    (1, 2): ("a tennis court and two white buildings",),
}


def parts_seen(courts: int, white_buildings: int) -> tuple[str, ...]:
    """Sentences for an arrangement of which only parts are in the picture; none for no parts."""
    return _PARTS.get((courts, white_buildings), ())


LANDMARKS: dict[str, tuple[str, ...]] = {
    "tennis court": ("a tennis court",),
    "white building": ("a white building",),
    "red-roofed house": ("a red-roofed house",),
    "brown-roofed house": ("a brown-roofed house",),
    "grey-roofed house": ("a grey-roofed house",),
    "lawn": ("a lawn",),
    "car park": SCENERY["car park"],
    "swimming pool": ("a swimming pool",),
    "road": ("a road",),
    "lake": ("a lake", "a lake seen from above"),
    "river": ("a river", "a river seen from above"),
    "sea shore": SCENERY["sea shore"],
    "sea": ("the sea", "open water"),
    "forest": SCENERY["forest"],
    "residential area": SCENERY["residential area"],
    "farmhouse": SCENERY["farmhouse"],
    "house with pool": SCENERY["house with pool"],
}
"""Sentences of what the scenes hold besides arrangements: their things, and the land."""
