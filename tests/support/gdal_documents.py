"""Documents that GDAL reads as rasters and that lead to others, some of them far away."""

from collections.abc import Callable

SIDE = 64


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def vrt(source: str, relative: int = 0) -> str:
    return around(
        f"<SimpleSource><SourceFilename relativeToVRT='{relative}'>{source}</SourceFilename>"
        "<SourceBand>1</SourceBand></SimpleSource>"
    )


def around(sources: str, more: str = "") -> str:
    return f"""<VRTDataset rasterXSize="{SIDE}" rasterYSize="{SIDE}"><SRS>EPSG:32633</SRS>
      <GeoTransform>500000, 10, 0, 5000000, 0, -10</GeoTransform>{more}
      <VRTRasterBand dataType="UInt16" band="1">{sources}</VRTRasterBand></VRTDataset>"""


def wms(url: str) -> str:
    return f"""<GDAL_WMS>
      <Service name="TMS"><ServerUrl>{url}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
      <DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>100</UpperLeftY>
        <LowerRightX>100</LowerRightX><LowerRightY>0</LowerRightY>
        <SizeX>{SIDE // 2}</SizeX><SizeY>{SIDE // 2}</SizeY><TileLevel>0</TileLevel></DataWindow>
      <Projection>EPSG:4326</Projection><BandsCount>1</BandsCount></GDAL_WMS>"""


def wcs(url: str) -> str:
    return f"""<WCS_GDAL><ServiceURL>{url}/wcs?</ServiceURL><Version>1.0.0</Version>
      <CoverageName>x</CoverageName></WCS_GDAL>"""


def wmts(url: str) -> str:
    return f"<GDAL_WMTS><GetCapabilitiesUrl>{url}/wmts.xml</GetCapabilitiesUrl></GDAL_WMTS>"


def stac(url: str) -> str:
    return f"""{{"type":"FeatureCollection","stac_version":"1.0.0","stac_extensions":[],"features":[
      {{"type":"Feature","stac_version":"1.0.0","id":"x","bbox":[0,0,1,1],"geometry":null,
      "properties":{{"proj:epsg":32633,"proj:transform":[10,0,5e5,0,-10,5e6,0,0,1],
      "proj:shape":[64,64]}},"assets":{{"data":{{"href":"{url}/a.tif"}}}}}}]}}"""


def tile_index(url: str) -> str:
    index = f"<IndexDataset>/vsicurl/{url}/i.gpkg</IndexDataset>"
    return f"<GDALTileIndexDataset>{index}</GDALTileIndexDataset>"


NAMES: dict[str, Callable[[str], str]] = {
    "url": lambda url: f"{url}/a.tif",
    "curl": lambda url: f"/vsicurl/{url}/a.tif",
    "curl with options": lambda url: f"/vsicurl?use_head=no&url={url}/a.tif",
    "streamed": lambda url: f"/vsicurl_streaming/{url}/a.tif",
    "zipped": lambda url: f"/vsizip//vsicurl/{url}/a.zip/a.tif",
    "zipped in braces": lambda url: f"/vsizip/{{/vsicurl/{url}/a.zip}}/a.tif",
    "part": lambda url: f"/vsisubfile/0_100,/vsicurl/{url}/a.tif",
    "cached": lambda url: f"/vsicached?file=/vsicurl/{url}/a.tif",
    "s3": lambda url: "/vsis3/bucket/a.tif",
    "wcs": lambda url: f"WCS:{url}/wcs?version=1.0.0&coverage=x",
    "wmts": lambda url: f"WMTS:{url}/wmts.xml",
    "wms": lambda url: f"WMS:{url}/wms?layers=x",
    "dap": lambda url: f"NETCDF:{url}/a.nc:v",
    "dap in quotes": lambda url: f'NETCDF:"{url}/a.nc":v',
    "vrt url": lambda url: f"vrt:///vsicurl/{url}/a.tif?bands=1",
    "wms document": wms,
    "wcs document": wcs,
    "wmts document": wmts,
    "vrt document": lambda url: vrt(f"/vsicurl/{url}/a.tif"),
    "stac": lambda url: f'STACIT:"{url}/i.json"',
    "stac document": stac,
    "tile index": lambda url: f"GTI:/vsicurl/{url}/i.gti.gpkg",
    "tile index document": tile_index,
    "earth engine": lambda url: "EEDAI:projects/x/assets/y",
    "planet": lambda url: "PLMosaic:mosaic=x,api_key=y",
}
