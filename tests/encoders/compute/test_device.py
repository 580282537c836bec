"""Devices and precisions are resolved, or refused with a way out."""

import pytest
import torch

from geosearch.encoders.compute.device import dtype_of, resolve_device, resolve_precision
from geosearch.errors import EncoderError, UsageError

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")


def test_the_cpu_is_always_there() -> None:
    assert resolve_device("cpu") == "cpu"
    assert resolve_device() == ("cuda" if torch.cuda.is_available() else "cpu")


@no_gpu
@pytest.mark.parametrize("device", ["cuda", "cuda:3"])
def test_a_device_that_is_not_there_is_an_error(device: str) -> None:
    with pytest.raises(EncoderError, match="no CUDA device") as caught:
        resolve_device(device)
    assert "the device cpu" in caught.value.hint


@pytest.mark.parametrize("device", ["tpu?", "", "gpu", "meta"])
def test_a_device_of_no_known_kind_is_a_wrong_usage(device: str) -> None:
    with pytest.raises(UsageError, match="device"):
        resolve_device(device)


def test_a_precision_is_taken_by_name() -> None:
    assert resolve_precision("cpu", "float32") == "float32"
    assert resolve_precision("cpu", "bf16") == "bf16"
    assert resolve_precision("mps") == "float32"
    assert dtype_of(resolve_precision("cpu")) in (torch.float32, torch.bfloat16)


def test_an_unknown_precision_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="fp16") as caught:
        resolve_precision("cpu", "fp16")
    assert "bf16" in caught.value.hint


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_computes_in_bf16_where_it_can() -> None:
    assert resolve_precision("cuda") == "bf16"
    with pytest.raises(EncoderError):
        resolve_device("cuda:99")
