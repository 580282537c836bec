"""Opening rasters: causes named, nothing fetched, nothing huge decoded."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geosearch.errors import SceneError
from geosearch.scenes import SceneFile, chip_windows, open_scene, read_chips
from geosearch.scenes.raster.gdal import open_raster

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and the requests that it has got."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    running.server_close()


def vrt(source: str) -> str:
    return f"""<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>EPSG:32633</SRS>
      <GeoTransform>500000, 10, 0, 5000000, 0, -10</GeoTransform>
      <VRTRasterBand dataType="Byte" band="1"><SimpleSource>
        <SourceFilename relativeToVRT="0">{source}</SourceFilename><SourceBand>1</SourceBand>
      </SimpleSource></VRTRasterBand></VRTDataset>"""


WMS = """<GDAL_WMS>
  <Service name="TMS"><ServerUrl>{url}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
  <DataWindow>
    <UpperLeftX>0</UpperLeftX><UpperLeftY>100</UpperLeftY>
    <LowerRightX>100</LowerRightX><LowerRightY>0</LowerRightY>
    <SizeX>256</SizeX><SizeY>256</SizeY><TileLevel>0</TileLevel>
  </DataWindow>
  <Projection>EPSG:4326</Projection><BandsCount>3</BandsCount></GDAL_WMS>"""


@pytest.mark.parametrize("kind", ["vsicurl", "plain url", "vsi streaming", "wms", "wms in vrt"])
def test_a_file_that_names_others_on_the_network_fetches_nothing(
    kind: str, server: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, asked = server
    path = tmp_path / "x.tif"
    wms = WMS.format(url=url)
    path.write_text(
        {
            "vsicurl": vrt(f"/vsicurl/{url}/a.tif"),
            "plain url": vrt(f"{url}/a.tif"),
            "vsi streaming": vrt(f"/vsicurl_streaming/{url}/a.tif"),
            "wms": wms,
            "wms in vrt": vrt(wms.replace("<", "&lt;").replace(">", "&gt;")),
        }[kind]
    )
    with pytest.raises(SceneError):
        read_all(path)
    assert asked == []


def read_all(path: Path) -> None:
    scene = open_scene(SceneFile(str(path), path.name))
    windows = chip_windows(scene.width_px, scene.height_px, size_px=64, stride_px=64)
    list(read_chips(scene, windows, size_px=64))


def test_one_block_that_fits_no_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    size = {"width": 20000, "height": 20000, "blockxsize": 16384, "blockysize": 16384}
    options = {"tiled": True, "sparse_ok": True, "compress": "deflate", "dtype": "float64"}
    with rasterio.open(path, "w", driver="GTiff", count=1, **options, **size):
        pass
    with pytest.raises(SceneError, match="one block of 16384 x 16384 px, 2 GiB"):
        open_raster(str(path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"not a raster", "not a raster that GDAL can read"),
        (b"II*\x00\x08\x00\x00\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_no_raster_says_why(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(content)
    with pytest.raises(SceneError, match=reason):
        open_raster(str(path))


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="No such file"):
        open_raster(str(tmp_path / "gone.tif"))


def test_opening_says_nothing_on_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.tif"
    with rasterio.open(path, "w", driver="GTiff", width=8, height=8, count=1, dtype="uint8") as d:
        d.write(np.ones((1, 8, 8), np.uint8))
    capfd.readouterr()
    for content in (path.read_bytes(), path.read_bytes()[:100], b"junk"):
        path.write_bytes(content)
        with pytest.raises(SceneError):
            open_scene(SceneFile(str(path), "x.tif"))
    assert capfd.readouterr().err == ""
