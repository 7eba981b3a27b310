"""The work of ../src/published-d16.ts in PyTorch: prints one JSON object.

pip install torch; python pytorch_d16.py [--depth 16] [--images 1] [--threads 2]
"""

import argparse
import json
import resource
import time

import torch

from pytorch_var import Tokenizer, Transformer, sample


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=16)
    parser.add_argument("--images", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    start = time.perf_counter()
    tokenizer, transformer = Tokenizer().eval(), Transformer(depth=chosen.depth).eval()
    build = time.perf_counter() - start

    def pick(logits):
        return torch.multinomial(logits.softmax(-1).flatten(0, 1), 1).view(logits.shape[:2])

    def once():
        began, cpu = time.perf_counter(), time.process_time()
        sample(tokenizer, transformer, torch.full((chosen.images,), 207), 1.5, pick)
        return (time.perf_counter() - began) / chosen.images, (time.process_time() - cpu) / chosen.images

    first, _ = once()
    seconds, cpu_seconds = once()
    reading = {
        "name": f"PyTorch {torch.__version__.split('+')[0]}",
        "buildSeconds": build,
        "firstSecondsPerImage": first,
        "secondsPerImage": seconds,
        "cpuSecondsPerImage": cpu_seconds,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(reading))


if __name__ == "__main__":
    main()
