"""The steps of ../src/steps.ts in PyTorch: prints [{name, milliseconds, threads}] as JSON.

pip install torch; python pytorch.py [--threads 2] [--repeats 60] [--only NAME]
`milliseconds` is the smallest of the repeats.
"""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional


def mlp_step():
    model = nn.Sequential(
        nn.Linear(784, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU(), nn.LayerNorm(512, eps=1e-6), nn.Linear(512, 784)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.05)
    x, y = torch.randn(256, 784), torch.randn(256, 784)

    def step():
        optimizer.zero_grad()
        functional.mse_loss(model(x), y).backward()
        optimizer.step()

    return step


class Block(nn.Module):
    def __init__(self, width=128, heads=4):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp_norm = nn.LayerNorm(width, eps=1e-6)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(attended)
        return x + self.down(functional.gelu(self.up(self.mlp_norm(x))))


def transformer_step():
    model = Block()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.05)
    x, y = torch.randn(64, 50, 128), torch.randn(64, 50, 128)

    def step():
        optimizer.zero_grad()
        functional.mse_loss(model(x), y).backward()
        optimizer.step()

    return step


def conv_step():
    layer = nn.Conv2d(32, 64, 3, padding=1)
    x = torch.randn(64, 32, 28, 28, requires_grad=True)
    cotangent = torch.randn(64, 64, 28, 28)

    def step():
        x.grad = layer.weight.grad = layer.bias.grad = None
        (layer(x) * cotangent).sum().backward()

    return step


STEPS = {"mlp-step": mlp_step, "transformer-step": transformer_step, "conv-step": conv_step}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--only", choices=STEPS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = []
    for name, make in STEPS.items():
        if options.only not in (None, name):
            continue
        step = make()
        for _ in range(5):
            step()
        times = []
        for _ in range(options.repeats):
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        results.append({"name": name, "milliseconds": round(min(times) * 1e3, 3), "threads": options.threads})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
