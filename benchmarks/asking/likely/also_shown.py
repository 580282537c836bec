"""What pictures of other classes may also show, by the words of the classes.

Labels are single. Pictures of these classes are left out of a class's trials: they would count as
wrong where they are right. Judged by the names, and not picture by picture.
"""

ALSO_SHOWN: dict[str, frozenset[str]] = {
    name: frozenset(others.split())
    for name, others in {
        # RSICD
        "bareland": "desert mountain farmland meadow",
        "baseballfield": "playground stadium school park",
        "beach": "port resort",
        "bridge": "river viaduct railwaystation",
        "center": "square stadium school commercial park church industrial",
        "church": "commercial center denseresidential mediumresidential square school",
        "commercial": "denseresidential center industrial railwaystation school church square "
        "mediumresidential parking",
        "denseresidential": "mediumresidential commercial school church buildings mobilehomepark",
        "desert": "bareland mountain",
        "farmland": "meadow bareland sparseresidential pond river",
        "forest": "mountain park meadow sparseresidential resort river golfcourse grass riverlake",
        "industrial": "storagetanks parking commercial railwaystation port center residential",
        "meadow": "farmland bareland forest park golfcourse",
        "mediumresidential": "denseresidential sparseresidential commercial school church resort "
        "buildings mobilehomepark tenniscourt intersection",
        "mountain": "desert bareland forest",
        "park": "pond square resort forest school playground center river",
        "parking": "commercial airport industrial industry resident stadium railwaystation "
        "school resort center square viaduct port church",
        "playground": "school stadium baseballfield park",
        "pond": "park resort river farmland port",
        "port": "river industrial beach",
        "railwaystation": "commercial industrial viaduct center",
        "resort": "park pond beach sparseresidential mediumresidential",
        "river": "bridge port pond park harbor sealake highway",
        "school": "playground commercial mediumresidential denseresidential center park square",
        "sparseresidential": "mediumresidential farmland resort forest",
        "square": "park center commercial parking school church",
        "stadium": "playground school baseballfield center",
        "storagetanks": "industrial buildings",
        "viaduct": "bridge parking overpass freeway",
        # UC Merced
        "airplane": "runway",
        "baseballdiamond": "golfcourse",
        "buildings": "denseresidential mediumresidential parkinglot tenniscourt storagetanks "
        "intersection freeway mobilehomepark",
        "freeway": "overpass intersection",
        "golfcourse": "sparseresidential forest",
        "intersection": "freeway overpass denseresidential mediumresidential buildings",
        "mobilehomepark": "denseresidential mediumresidential",
        "overpass": "freeway intersection",
        "parkinglot": "buildings mobilehomepark intersection",
        "runway": "airplane freeway",
        "tenniscourt": "mediumresidential buildings sparseresidential denseresidential",
        # RSSCN7
        "field": "grass riverlake",
        "grass": "field forest riverlake resident",
        "industry": "parking resident",
        "resident": "parking industry",
        "riverlake": "forest field grass",
        # EuroSAT
        "annualcrop": "permanentcrop pasture herbaceousvegetation",
        "herbaceousvegetation": "pasture annualcrop permanentcrop forest",
        "highway": "residential industrial",
        "pasture": "annualcrop herbaceousvegetation permanentcrop",
        "permanentcrop": "annualcrop herbaceousvegetation pasture",
        "residential": "industrial highway",
        "sealake": "river",
    }.items()
}
"""By class: lower case, without blanks."""
