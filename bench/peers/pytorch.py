"""The cases of ../src that have a peer, in PyTorch: prints [{name, milliseconds, threads}] as JSON.

pip install torch; python pytorch.py [--threads 2] [--repeats 60] [--only NAME]
`milliseconds` is the smallest of the repeats.
"""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import pytorch_digits


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


def tokenizer_step():
    model = pytorch_digits.Tokenizer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=0.01)
    images = torch.rand(64, 1, 28, 28)
    scales = len(pytorch_digits.GRIDS)
    prefix = torch.where(torch.rand(64) < 0.3, torch.randint(2, scales, (64,)), scales)
    hits = torch.zeros(scales, pytorch_digits.CODES)

    def step():
        optimizer.zero_grad()
        loss, tokens = model.loss(images, prefix)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        counts = [torch.bincount(of_scale.flatten(), minlength=pytorch_digits.CODES) for of_scale in tokens]
        hits.mul_(0.99).add_(torch.stack(counts))

    return step


def var_step():
    model = pytorch_digits.NextScaleTransformer()
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.998))
    optimizer = torch.optim.AdamW(model.optimizer_groups(0.05), lr=2e-3, betas=(0.9, 0.95))
    quantiser = pytorch_digits.Quantiser().requires_grad_(False)
    labels = torch.randint(11, (64,))
    tokens = torch.randint(pytorch_digits.CODES, (64, pytorch_digits.LENGTH))

    def step():
        optimizer.zero_grad()
        logits = model(labels, pytorch_digits.teacher_contexts(quantiser, tokens))
        functional.cross_entropy(logits.transpose(1, 2), tokens).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        averaged.update_parameters(model)

    return step


def sample_digits():
    tokenizer, transformer = pytorch_digits.Tokenizer().eval(), pytorch_digits.NextScaleTransformer().eval()
    labels = torch.arange(100) % 10

    return lambda: pytorch_digits.sample(tokenizer, transformer, labels)


STEPS = {
    "mlp-step": mlp_step,
    "transformer-step": transformer_step,
    "conv-step": conv_step,
    "tokenizer-step": tokenizer_step,
    "var-step": var_step,
    "sample-digits": sample_digits,
}


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
