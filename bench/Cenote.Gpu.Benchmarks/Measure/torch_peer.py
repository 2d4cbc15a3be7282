"""PyTorch's side of the GPU benchmark: a JSON object per line in, one per line out.

Started by Cenote.Gpu.Benchmarks; needs nothing but PyTorch (NumPy neither). Inputs hold the same numbers as Cenote's, by their place in memory.
"""
import base64
import ctypes
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

PERIOD = (1 << 22) - 3
LEAST_ROUND = 0.02  # seconds, as in DeviceCall.cs
TOO_SLOW = 1.0  # seconds of a call that is timed once

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
TYPES = {"float32": torch.float32, "float16": torch.float16}
POOLS = {
    1: (F.max_pool1d, F.avg_pool1d, F.adaptive_max_pool1d, F.adaptive_avg_pool1d),
    2: (F.max_pool2d, F.avg_pool2d, F.adaptive_max_pool2d, F.adaptive_avg_pool2d),
    3: (F.max_pool3d, F.avg_pool3d, F.adaptive_max_pool3d, F.adaptive_avg_pool3d),
}


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


_periods = {}


def period(dtype):
    if dtype not in _periods:
        i = torch.arange(PERIOD, dtype=torch.int64, device=DEVICE)
        number = (((i * 2654435761) & 0xFFFFFFFF) >> 21) - 1024
        _periods[dtype] = (number.to(torch.float32) / 1024).to(dtype)
    return _periods[dtype]


def filled(shape, channels_last, dtype):
    """A tensor N x C x spatial whose memory holds the pattern."""
    count = math.prod(shape)
    pattern = period(dtype)
    flat = torch.empty(count, dtype=dtype, device=DEVICE)
    whole = count // PERIOD
    if whole > 0:
        flat[: whole * PERIOD].view(whole, PERIOD).copy_(pattern.expand(whole, PERIOD))
    if count > whole * PERIOD:
        flat[whole * PERIOD :].copy_(pattern[: count - whole * PERIOD])
    if not channels_last:
        return flat.view(*shape)
    return flat.view(shape[0], *shape[2:], shape[1]).movedim(-1, 1)


def pooling(job, indices):
    """The layer as a function of its input."""
    max_pool, avg_pool, adaptive_max, adaptive_avg = POOLS[len(job["shape"]) - 2]
    kernel, stride, padding, dilation = job["kernel"], job["stride"], job["padding"], job["dilation"]
    operator = job["operator"]
    if operator == "Max":
        return lambda x: max_pool(x, kernel, stride, padding, dilation, return_indices=indices)
    if operator == "Average":
        return lambda x: avg_pool(x, kernel, stride, padding)
    if operator == "GlobalMax":
        return lambda x: adaptive_max(x, 1, return_indices=indices)
    if operator == "GlobalAverage":
        return lambda x: adaptive_avg(x, 1)
    raise ValueError("no such operator: " + operator)


def bound(job):
    """The job as a function without arguments."""
    dtype = TYPES[job["type"]]
    x = filled(job["shape"], job["channelsLast"], dtype)
    if job["pass"] != "Backward":
        pool = pooling(job, job["pass"] == "Indices")

        def forward():
            with torch.no_grad():
                return pool(x)

        return forward
    x.requires_grad_(True)
    y = pooling(job, False)(x)
    gradient = filled(list(y.shape), job["channelsLast"], dtype)
    return lambda: torch.autograd.grad(y, x, gradient, retain_graph=True)[0]


def timed(call, calls):
    synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    synchronize()
    return (time.perf_counter() - start) / calls


class Session:
    call = None
    calls = 1

    def bind(self, job):
        self.free()
        self.call = bound(job)
        once = timed(self.call, 1)
        # A call of seconds is as good at first as later.
        if once > TOO_SLOW:
            self.free()
            return {"seconds": once}
        once = timed(self.call, 1)
        self.calls = max(1, min(100000, math.ceil(LEAST_ROUND / once)))
        if self.calls > 1:
            self.calls = max(1, min(100000, math.ceil(LEAST_ROUND / timed(self.call, self.calls))))
        return {}

    def round(self):
        return {"seconds": timed(self.call, self.calls)}

    def free(self):
        self.call = None
        if DEVICE.type == "cuda":
            torch.cuda.empty_cache()
        return {}


def raw(tensor):
    """The elements in the order N x C x spatial."""
    host = tensor.detach().cpu().contiguous()
    return base64.b64encode(ctypes.string_at(host.data_ptr(), host.numel() * host.element_size())).decode("ascii")


def outputs(job):
    """What the job makes, for the comparison."""
    made = bound(job)()
    if job["pass"] == "Indices":
        return {"values": raw(made[0]), "indices": raw(made[1])}
    return {"values": raw(made)}


def versions():
    cuda = DEVICE.type == "cuda"
    cudnn = torch.backends.cudnn.version() if cuda and torch.backends.cudnn.is_available() else None
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda if cuda else None,
        "cudnn": cudnn,
        "device": torch.cuda.get_device_name() if cuda else "CPU",
    }


def main():
    # Nothing but answers may reach the reader.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    session = Session()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            what = request["do"]
            if what == "versions":
                answer = versions()
            elif what == "outputs":
                answer = outputs(request["job"])
            elif what == "bind":
                answer = session.bind(request["job"])
            elif what == "round":
                answer = session.round()
            elif what == "free":
                answer = session.free()
            else:
                answer = {"error": "no such request: " + str(what)}
        except Exception as error:  # the next row may do better
            session.free()
            lines = str(error).splitlines() or [""]
            answer = {"error": (type(error).__name__ + ": " + lines[0])[:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
