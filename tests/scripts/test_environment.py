"""The environment that scripts/environment makes: where torch comes from, and what is said."""

import os
import platform
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from environment_make import REPOSITORY, Environment, checked, faiss_of, install_torch
from environment_pip import MissingError, Pip, SetupError, UnreachableError, fetched_mb, trouble_of

NOBODY = "http://127.0.0.1:9/simple"
RELEASE = "2.13.0"


def publish(index: Path, name: str, version: str, *needs: str) -> None:
    """Puts a wheel without contents into a folder that pip takes for a package index."""
    folder = index / name
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    described = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {one}\n" for one in needs)
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{described}/METADATA", metadata)
        archive.writestr(f"{described}/WHEEL", tags)
        archive.writestr(f"{described}/RECORD", "")
    links = [f'<a href="{one.as_uri()}">{one.name}</a>' for one in sorted(folder.glob("*.whl"))]
    (folder / "index.html").write_text("\n".join(links))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment") / "with space"
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def pip(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pip]:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    pip = Pip(made, made / "bin" / "python")
    yield pip
    command = [str(pip.python), "-m", "pip", "uninstall", "--yes", "torch", "nvidia"]
    subprocess.run(command, capture_output=True, check=True)


def looks_at(monkeypatch: pytest.MonkeyPatch, index: Path) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index.as_uri())


def release_in(pip: Pip) -> str:
    return Environment(pip.folder).releases()["torch"]


def test_the_cpu_build_is_taken_from_where_pip_looks(
    pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "near", "torch", RELEASE)
    publish(tmp_path / "near", "torch", f"{RELEASE}+cpu")
    looks_at(monkeypatch, tmp_path / "near")
    install_torch(pip, RELEASE, NOBODY)
    assert release_in(pip) == f"{RELEASE}+cpu"


def test_the_cpu_build_is_taken_from_pytorchs_index_where_only_that_has_it(
    pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "near", "torch", RELEASE, "nvidia")
    publish(tmp_path / "far", "torch", f"{RELEASE}+cpu")
    looks_at(monkeypatch, tmp_path / "near")
    install_torch(pip, RELEASE, (tmp_path / "far").as_uri())
    assert release_in(pip) == f"{RELEASE}+cpu"


@pytest.mark.parametrize("index", [NOBODY, "nothing"])
def test_the_registrys_torch_is_taken_where_there_is_no_other(
    pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    publish(tmp_path / "near", "torch", RELEASE, "nvidia")
    publish(tmp_path / "near", "nvidia", "1.0")
    (tmp_path / "nothing").mkdir()
    looks_at(monkeypatch, tmp_path / "near")
    monkeypatch.setattr("environment_make.TORCH_CUDA_ON_DISK_MB", 0)
    install_torch(pip, RELEASE, index if index == NOBODY else (tmp_path / index).as_uri())
    assert release_in(pip) == RELEASE


@pytest.mark.skipif(platform.machine() != "x86_64", reason="CUDA comes along on x86_64 alone")
def test_cuda_is_announced_with_its_size_before_it_is_fetched(
    pip: Pip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "near").mkdir()
    looks_at(monkeypatch, tmp_path / "near")
    monkeypatch.setattr("environment_make.TORCH_CUDA_ON_DISK_MB", 0)
    with pytest.raises(MissingError, match=f"torch=={RELEASE}"):
        install_torch(pip, RELEASE, NOBODY)
    said = capsys.readouterr().err
    assert "CUDA" in said
    assert "2.7 GB to fetch" in said
    assert "PIP_FIND_LINKS" in said


@pytest.mark.skipif(platform.machine() != "x86_64", reason="CUDA comes along on x86_64 alone")
def test_cuda_is_not_fetched_onto_a_disk_that_cannot_hold_it(
    pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "near", "torch", RELEASE)
    looks_at(monkeypatch, tmp_path / "near")
    monkeypatch.setattr("environment_make.TORCH_CUDA_ON_DISK_MB", 1e12)
    with pytest.raises(SetupError, match="GB left"):
        install_torch(pip, RELEASE, NOBODY)
    assert "torch" not in Environment(pip.folder).releases()


def test_a_registry_that_does_not_answer_is_named_and_cuda_is_not(
    pip: Pip, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1") as refused:
        install_torch(pip, RELEASE, NOBODY)
    assert "https_proxy" in refused.value.hint
    assert "CUDA" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "mb"),
    [
        (
            "  Downloading torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl (191.8 MB)",
            191.8,
        ),
        ("  Downloading http://host/a-b/pyarrow-26.0.1-cp311-cp311-any.whl (55.0 MB)", 55.0),
        ("2026-11-30T16:07:52,118   Downloading rich-15.0.0-py3-none-any.whl (250 kB)", 0.25),
        ("Downloading huge-1-py3-none-any.whl (1.5 GB)", 1500.0),
        ("  Using cached rich-15.0.0-py3-none-any.whl (250 kB)", 0.0),
    ],
)
def test_what_was_fetched_is_what_pip_says_it_downloads(line: str, mb: float) -> None:
    assert fetched_mb([line]) == pytest.approx(mb)


def test_a_full_disk_is_told_with_the_room_that_is_left(tmp_path: Path) -> None:
    line = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    trouble = trouble_of(["Collecting torch", line], tmp_path, tmp_path / "log")
    assert "disk is full" in str(trouble)
    assert str(tmp_path) in str(trouble)
    assert "TMPDIR" in trouble.hint


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    environment = Environment(tmp_path / "environment")
    venv.create(environment.folder, with_pip=False)
    packages = next(environment.folder.glob("lib/python*/site-packages"))
    (packages / "numpy-2.0.dist-info").mkdir()
    return environment


def test_what_was_installed_is_known_again(environment: Environment) -> None:
    environment.written({"test"}, "cpu", environment.state("cpu"))
    assert environment.has({"test"}, "cpu")
    assert environment.has(set(), "cpu")


def test_an_extra_that_was_not_installed_is_not_there(environment: Environment) -> None:
    environment.written({"test"}, "cpu", environment.state("cpu"))
    assert not environment.has({"test", "train"}, "cpu")


def test_extras_of_one_state_add_up(environment: Environment) -> None:
    environment.written({"test"}, "cpu", environment.state("cpu"))
    environment.written({"train"}, "cpu", environment.state("cpu"))
    assert environment.has({"test", "train"}, "cpu")


def test_extras_of_another_state_are_forgotten(environment: Environment) -> None:
    environment.written({"test"}, "cpu", environment.state("cpu"))
    environment.written({"train"}, "cpu", "another")
    assert not environment.has({"test"}, "cpu")


def test_a_package_that_was_taken_away_is_noticed(environment: Environment) -> None:
    environment.written({"test"}, "cpu", environment.state("cpu"))
    next(environment.folder.glob("lib/python*/site-packages/numpy*")).rmdir()
    assert not environment.has({"test"}, "cpu")


def test_a_stamp_that_is_not_one_counts_for_nothing(environment: Environment) -> None:
    environment.stamp.write_text("[")
    assert not environment.has(set(), "cpu")


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(SetupError, match="not empty"):
        Environment(tmp_path).make()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_unknown_extra_is_refused_with_those_that_are() -> None:
    with pytest.raises(SetupError, match="tset") as refused:
        checked(["tset"])
    assert "test" in refused.value.hint


def test_an_environment_stays_with_the_faiss_it_has() -> None:
    assert faiss_of([], {"faiss_gpu": "1.15"}) == "gpu"
    assert faiss_of([], {"faiss_cpu": "1.15"}) == "cpu"


def test_an_environment_never_gets_both_kinds_of_faiss() -> None:
    with pytest.raises(SetupError, match="made with cpu"):
        faiss_of(["gpu"], {"faiss_cpu": "1.15"})


def script(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REPOSITORY / "scripts" / "environment"],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_says_on_stderr_that_a_python_is_not_there(tmp_path: Path) -> None:
    done = script(PYTHON=str(tmp_path / "python9"), GEOSEARCH_VENV=str(tmp_path / "venv"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "\nhint: " in done.stderr


def test_the_script_refuses_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)
    done = script(PYTHON=str(old))
    assert (done.returncode, done.stdout) == (1, "")
    assert "3.9.2" in done.stderr


def test_the_script_prints_nothing_but_the_folder_to_stdout(environment: Environment) -> None:
    environment.written(set(), "cpu", environment.state("cpu"))
    (next(environment.folder.glob("lib/python*/site-packages")) / "faiss_cpu-1.dist-info").mkdir()
    environment.written(set(), "cpu", environment.state("cpu"))
    done = script(PYTHON=sys.executable, GEOSEARCH_VENV=str(environment.folder))
    assert done.stdout == f"{environment.folder}\n"
    assert done.stderr == ""
