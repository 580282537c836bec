"""A local file reaches no network: what hostile scenes ask of a server that listens, and what not.

The truth is the listener's: requests are counted, with every way out that GDAL has left open
(``NO_PROXY``, credentials, an endpoint for S3).
"""

import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from support.gdal_documents import (
    NAMES,
    SIDE,
    around,
    escaped,
    stac,
    tile_index,
    vrt,
    wcs,
    wms,
    wmts,
)
from support.scenes_making import values, write_band

from geosearch.errors import SceneError
from geosearch.scenes import (
    SceneFile,
    chip_windows,
    open_scene,
    read_chips,
)
from geosearch.scenes.raster.gdal import open_raster


@dataclass
class Listener:
    """A server that hostile files name."""

    url: str
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@pytest.fixture(params=["*", "127.0.0.1", None], ids=["no proxy for all", "for here", "unset"])
def listener(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    with rasterio.Env():  # an outermost one leaves in GDAL what the environment says
        for name in ("NO_PROXY", "no_proxy"):
            if request.param is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, request.param)
        found = Listener(f"http://127.0.0.1:{running.server_port}", asked)
        for name, value in {
            "AWS_S3_ENDPOINT": found.host,
            "AWS_HTTPS": "NO",
            "AWS_VIRTUAL_HOSTING": "FALSE",
            "AWS_NO_SIGN_REQUEST": "YES",
            "CPL_VSIL_CURL_ALLOWED_FILENAME": f"/vsicurl/{found.url}/a.tif",
            "GDAL_VRT_ENABLE_PYTHON": "YES",
        }.items():
            monkeypatch.setenv(name, value)
        yield found
    running.shutdown()
    running.server_close()


def read_all(path: Path) -> None:
    """Do with a scene whatever is done with one."""
    scene = open_scene(SceneFile(str(path), path.name))
    windows = chip_windows(scene.width_px, scene.height_px, size_px=SIDE, stride_px=SIDE)
    list(read_chips(scene, windows, size_px=SIDE))
    coarse = np.array([40.0], np.float32)
    list(read_chips(scene, np.array([[0, 0, SIDE, SIDE]], np.int32), size_px=16, gsd_m=coarse))


def assert_refused(
    listener: Listener,
    *paths: Path | str,
    match: str | None = None,
    read: Callable[[Any], object] = read_all,
) -> None:
    """Each is refused, and nothing asks the listener."""
    for path in paths:
        with pytest.raises(SceneError, match=match):
            read(path)
    assert listener.asked == []


@pytest.mark.parametrize("way", NAMES)
def test_no_source_leads_to_the_network(way: str, listener: Listener, tmp_path: Path) -> None:
    name = NAMES[way](listener.url)
    for number, document in enumerate((vrt(escaped(name)), vrt(escaped(name), relative=1))):
        path = tmp_path / f"{number}.vrt"
        path.write_text(document)
        outer = tmp_path / f"outer{number}.vrt"
        outer.write_text(vrt(str(path)))
        assert_refused(listener, path, outer)


@pytest.mark.parametrize("document", [wms, wcs, wmts, stac, tile_index, lambda url: f"{url}/a"])
@pytest.mark.parametrize("name", ["x.tif", "x.xml", "x.json", "x.gti", "x.vrt"])
def test_no_document_leads_to_the_network(
    document: Callable[[str], str], name: str, listener: Listener, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(document(listener.url))
    (tmp_path / "outer.vrt").write_text(vrt(name, relative=1))
    assert_refused(listener, tmp_path / name, tmp_path / "outer.vrt")


@pytest.mark.parametrize("way", NAMES)
def test_no_overviews_lead_to_the_network(way: str, listener: Listener, tmp_path: Path) -> None:
    name = NAMES[way](listener.url)
    tagged = write_band(tmp_path / "tagged.tif", values(0, SIDE))
    with rasterio.open(tagged, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=name)
    beside = write_band(tmp_path / "beside.tif", values(0, SIDE))
    item = f'<MDI key="OVERVIEW_FILE">{escaped(name)}</MDI>'
    metadata = f'<Metadata domain="OVERVIEWS">{item}</Metadata>'
    Path(f"{beside}.aux.xml").write_text(f"<PAMDataset>{metadata}</PAMDataset>")
    (tmp_path / "own.vrt").write_text(around("", metadata))
    (tmp_path / "of_tagged.vrt").write_text(vrt(str(tagged)))
    (tmp_path / "of_beside.vrt").write_text(vrt(str(beside)))
    paths = sorted(tmp_path.glob("*.[tv][ir][ft]"))
    assert_refused(listener, *paths)
    assert_refused(listener, *map(str, paths), read=partial(open_raster, overview=0))


PLACES = {
    "attribute": "<SimpleSource SourceFilename='{name}'><SourceBand>1</SourceBand></SimpleSource>",
    "upper case": "<SimpleSource><SOURCEFILENAME>{name}</SOURCEFILENAME></SimpleSource>",
    "overview": "<Overview><SourceFilename>{name}</SourceFilename></Overview>",
    "raw": "<SourceFilename relativetoVRT='0'>{name}</SourceFilename><ImageOffset>0</ImageOffset>",
    "split": "<SimpleSource><SourceFilename>{name}<!-- -->.tif</SourceFilename></SimpleSource>",
    "marked": "<SimpleSource><SourceFilename><![CDATA[{name}]]></SourceFilename></SimpleSource>",
    "mask": "<MaskBand><VRTRasterBand dataType='Byte'><SimpleSource><SourceFilename>{name}"
    "</SourceFilename></SimpleSource></VRTRasterBand></MaskBand>",
    "unknown element": "<New><Thing>{name}</Thing></New>",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", ["url", "curl", "wms document"])
def test_no_place_in_a_document_leads_to_the_network(
    place: str, way: str, listener: Listener, tmp_path: Path
) -> None:
    name = escaped(NAMES[way](listener.url)).replace("'", "&apos;")
    path = tmp_path / "x.vrt"
    path.write_text(around(PLACES[place].format(name=name)))
    assert_refused(listener, path)


def test_a_warped_document_leads_nowhere(listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "x.vrt"
    path.write_text(
        f"""<VRTDataset rasterXSize="64" rasterYSize="64" subClass="VRTWarpedDataset">
        <VRTRasterBand dataType="Byte" band="1" subClass="VRTWarpedRasterBand"/>
        <GDALWarpOptions><SourceDataset relativeToVRT="0">/vsicurl/{listener.url}/a.tif
        </SourceDataset></GDALWarpOptions></VRTDataset>"""
    )
    assert_refused(listener, path)


def test_a_cache_of_a_web_map_is_not_read(listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "x.mrf"
    path.write_text(
        f"""<MRF_META><CachedSource><Source>{escaped(wms(listener.url))}</Source></CachedSource>
        <Raster><Size x="64" y="64" c="1"/><PageSize x="64" y="64" c="1"/></Raster></MRF_META>"""
    )
    assert_refused(listener, path)


def test_documents_that_name_each_other_end(tmp_path: Path) -> None:
    one = "<SimpleSource><SourceFilename relativeToVRT='1'>{name}</SourceFilename></SimpleSource>"
    (tmp_path / "circle.vrt").write_text(vrt("circle.vrt", relative=1))
    for number in range(7):
        inner = "".join(one.format(name=f"{'./' * way}{number + 1}.vrt") for way in range(30))
        (tmp_path / f"{number}.vrt").write_text(around(inner))
    (tmp_path / "7.vrt").write_text(around(""))
    for name in ("circle.vrt", "0.vrt"):
        with pytest.raises(SceneError, match="names more than"):
            open_raster(str(tmp_path / name))


@pytest.mark.parametrize(
    "document",
    [
        "<VRTDataset>" + "<a>" * 100_000 + "</a>" * 100_000 + "</VRTDataset>",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><VRTDataset rasterXSize="1" rasterYSize="1"/>',
        '<VRTDataset rasterXSize="1" rasterYSize="1">',
        '<VRTDataset rasterXSize="1e12" rasterYSize="1000000000000"/>',
        '<VRTDataset rasterXSize="2147483647" rasterYSize="2147483647"><VRTRasterBand/>',
    ],
)
def test_a_document_that_cannot_be_meant_is_refused(document: str, tmp_path: Path) -> None:
    (tmp_path / "x.vrt").write_text(document)
    with pytest.raises(SceneError):
        open_raster(str(tmp_path / "x.vrt"))


def with_options(options: str) -> str:
    return vrt("r.gpkg", relative=1).replace("<SourceBand>", f"{options}<SourceBand>")


@pytest.mark.parametrize("tag", ["OOI key", "ooi KEY", "OOI other"])
@pytest.mark.parametrize("key", ["PRELUDE_STATEMENTS", "prelude_statements", "LIST_ALL_TABLES"])
def test_a_document_runs_no_sql(tag: str, key: str, tmp_path: Path) -> None:
    band = {"width": SIDE, "height": SIDE, "count": 1, "dtype": "uint8", "crs": "EPSG:3857"}
    place = rasterio.Affine(10, 0, 0, 0, -10, 0)
    with rasterio.open(tmp_path / "r.gpkg", "w", "GPKG", transform=place, **band) as file:
        file.write(np.full((1, SIDE, SIDE), 7, np.uint8))
    sql = f"VACUUM INTO '{tmp_path / 'written.db'}'"
    name = tag.split()[0]
    item = f'<{tag}="{key}">{sql}</{name}>'
    (tmp_path / "x.vrt").write_text(with_options(f"<OpenOptions>{item}</OpenOptions>"))
    (tmp_path / "outer.vrt").write_text(vrt("x.vrt", relative=1))
    for path in (tmp_path / "x.vrt", tmp_path / "outer.vrt"):
        with pytest.raises(SceneError, match="which is not an option that a file may set"):
            read_all(path)
    assert not (tmp_path / "written.db").exists()


@pytest.mark.parametrize(
    "inside",
    [
        "<Overview><OpenOptions><OOI key='PRELUDE_STATEMENTS'>x</OOI></OpenOptions></Overview>",
        "<Input><OpenOptions><OOI key='X'>1</OOI></OpenOptions></Input>",
        "<Option name='CUTLINE'>POINT (0 0)</Option>",
        "<Option name='COORDINATE_OPERATION'>+proj=hgridshift +grids=/x</Option>",
        "<Option name='RPC_DEM'>x</Option>",
        "<OpenOptions><OOI key='NUM_THREADS'>/x</OOI></OpenOptions>",
        "<PixelFunctionLanguage>Python</PixelFunctionLanguage>",
        "<PixelFunctionCode>def f(): pass</PixelFunctionCode>",
        "<SourceSRS>/dev/stdin</SourceSRS>",
    ],
)
def test_what_a_document_may_not_set_is_refused(inside: str, tmp_path: Path) -> None:
    write_band(tmp_path / "a.tif", values(0, SIDE))
    (tmp_path / "x.vrt").write_text(vrt("a.tif", relative=1).replace("<SRS>", f"{inside}<SRS>"))
    with pytest.raises(SceneError, match=r"which is not"):
        open_raster(str(tmp_path / "x.vrt"))


def dimap(name: str) -> str:
    return f"""<Dimap_Document><Metadata_Id><METADATA_FORMAT version="1.1">DIMAP</METADATA_FORMAT>
      </Metadata_Id><Raster_Dimensions><NCOLS>{SIDE}</NCOLS><NROWS>{SIDE}</NROWS><NBANDS>1</NBANDS>
      </Raster_Dimensions><Data_Access><DATA_FILE_FORMAT>GEOTIFF</DATA_FILE_FORMAT>
      <Data_File><DATA_FILE_PATH href="{name}"/></Data_File></Data_Access></Dimap_Document>"""


def test_a_document_that_names_images_leads_nowhere(listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "w.xml").write_text(wms(listener.url))
    (tmp_path / "d.dim").write_text(dimap("w.xml"))
    (tmp_path / "x.ers").write_text('DatasetHeader Begin\nDataFile = "w.xml"\nDatasetHeader End\n')
    (tmp_path / "outer.vrt").write_text(vrt("d.dim", relative=1))
    assert_refused(listener, tmp_path / "d.dim", tmp_path / "x.ers", match="it names other files")
    assert_refused(listener, tmp_path / "outer.vrt", match="leads to")


@pytest.mark.parametrize("document", [wms, wcs, lambda url: vrt(f"/vsicurl/{url}/a.tif")])
@pytest.mark.parametrize("ending", [".ovr", ".OVR", ".msk", ".ovr.ovr", ".ovr.msk"])
def test_nothing_beside_a_raster_leads_to_the_network(
    ending: str, document: Callable[[str], str], listener: Listener, tmp_path: Path
) -> None:
    path = write_band(tmp_path / "x.tif", values(0, SIDE))
    if ending.count(".") == 2:
        write_band(tmp_path / "x.tif.ovr", values(0, SIDE // 2))
    Path(f"{path}{ending}").write_text(document(listener.url))
    (tmp_path / "outer.vrt").write_text(vrt("x.tif", relative=1))
    assert_refused(listener, path, tmp_path / "outer.vrt")


@pytest.mark.parametrize("ending", [".ovr", ".msk"])
def test_nothing_beside_a_member_leads_to_the_network(
    ending: str, listener: Listener, tmp_path: Path
) -> None:
    path = write_band(tmp_path / "x.tif", values(0, SIDE))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(path, "x.tif")
        archive.writestr(f"x.tif{ending}", wms(listener.url))
    member = f"/vsizip/{tmp_path}/z.zip/x.tif"
    (tmp_path / "outer.vrt").write_text(vrt(member))
    assert_refused(
        listener, member, str(tmp_path / "outer.vrt"), match="zip or tar file", read=open_raster
    )


def test_a_folder_called_like_the_network_is_guarded(listener: Listener, tmp_path: Path) -> None:
    for folder in ("vsicurl", "http:", "vsis3"):
        path = tmp_path / folder / "x.vrt"
        path.parent.mkdir()
        path.write_text(vrt(f"/vsicurl/{listener.url}/a.tif"))
        assert_refused(listener, path, match="is not a file on this machine")
