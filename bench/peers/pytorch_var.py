"""VAR in PyTorch, written from its paper and the names and shapes of its checkpoints: what ../src/published-d16.ts is timed beside.

The modules have the names of the published state dicts, so a released file loads with load_state_dict.
"""

import math

import torch
from torch import nn
from torch.nn import functional

RELEASED = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16)


def norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1, self.conv1 = norm(inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = norm(outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x):
        h = self.conv1(functional.silu(self.norm1(x)))
        return self.nin_shortcut(x) + self.conv2(functional.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm, self.qkv, self.proj_out = norm(channels), nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        q, k, v = (part.flatten(2).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, dim=1))
        return x + self.proj_out(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape))


class Sampling(nn.Module):
    def __init__(self, channels, down):
        super().__init__()
        self.down = down
        self.conv = nn.Conv2d(channels, channels, 3, stride=2) if down else nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(functional.pad(x, (0, 1, 0, 1)) if self.down else functional.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    def __init__(self, inputs, outputs, blocks, attends, **sampling):
        super().__init__()
        self.block = nn.ModuleList(Residual(inputs if index == 0 else outputs, outputs) for index in range(blocks))
        self.attn = nn.ModuleList(Attention(outputs) for _ in range(blocks if attends else 0))
        for name, down in sampling.items():
            setattr(self, name, Sampling(outputs, down))
        self.sampling = list(sampling)

    def forward(self, x):
        for index, block in enumerate(self.block):
            x = block(x)
            if len(self.attn) > 0:
                x = self.attn[index](x)
        for name in self.sampling:
            x = getattr(self, name)(x)
        return x


class Middle(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block_1, self.attn_1, self.block_2 = Residual(channels, channels), Attention(channels), Residual(channels, channels)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


class Coder(nn.Module):
    """The encoder, or the decoder with its levels in reverse."""

    def __init__(self, widths, blocks, inputs, outputs, decodes):
        super().__init__()
        self.decodes, last = decodes, len(widths) - 1
        self.conv_in = nn.Conv2d(inputs, widths[last] if decodes else widths[0], 3, padding=1)
        self.mid = Middle(widths[last])
        levels = []
        for index, width in enumerate(widths):
            before = widths[min(last, index + 1)] if decodes else widths[max(0, index - 1)]
            sampling = ({"upsample": False} if index > 0 else {}) if decodes else ({"downsample": True} if index < last else {})
            levels.append(Level(before, width, blocks, index == last, **sampling))
        setattr(self, "up" if decodes else "down", nn.ModuleList(levels))
        end = widths[0] if decodes else widths[last]
        self.norm_out, self.conv_out = norm(end), nn.Conv2d(end, outputs, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        if self.decodes:
            x = self.mid(x)
        for level in reversed(self.up) if self.decodes else self.down:
            x = level(x)
        if not self.decodes:
            x = self.mid(x)
        return self.conv_out(functional.silu(self.norm_out(x)))


class Phis(nn.Module):
    """The convolutions after upsampling. `naming` is how a state dict calls them: "several", "single" or "own"."""

    def __init__(self, channels, count, naming):
        super().__init__()
        make = lambda: nn.Conv2d(channels, channels, 3, padding=1)
        if naming == "single":
            self.qresi = make()
        elif naming == "several":
            self.qresi_ls = nn.ModuleList(make() for _ in range(count))
        else:
            for index in range(count):
                self.add_module(str(index), make())
        self.naming = naming
        first = 1 / 3 / count if count == 4 else 1 / 2 / count
        # As numpy.linspace rounds: scales that lie between two ticks are decided by it
        spacing = (1 - first - first) / max(1, count - 1)
        self.ticks = [1 - first if index == count - 1 > 0 else index * spacing + first for index in range(count)]

    def forward(self, h, position):
        nearest = min(range(len(self.ticks)), key=lambda index: abs(self.ticks[index] - position))
        conv = self.qresi if self.naming == "single" else self.qresi_ls[nearest] if self.naming == "several" else getattr(self, str(nearest))
        return 0.5 * h + 0.5 * conv(h)


class Quantiser(nn.Module):
    def __init__(self, codes, channels, grids, phis, naming):
        super().__init__()
        self.grids = grids
        self.embedding = nn.Embedding(codes, channels)
        self.quant_resi = Phis(channels, phis, naming)
        self.register_buffer("ema_vocab_hit_SV", torch.zeros(len(grids), codes))

    def contribution(self, tokens, scale):
        """Tokens [B, L_k] to what they add to the latent [B, C, H, W]."""
        side, full, last = self.grids[scale], self.grids[-1], len(self.grids) - 1
        codes = self.embedding(tokens).transpose(1, 2).unflatten(2, (side, side))
        if scale < last:
            codes = functional.interpolate(codes, size=(full, full), mode="bicubic")
        return self.quant_resi(codes, scale / last)

    def encode(self, latent):
        rest, tokens = latent.clone(), []
        for scale, side in enumerate(self.grids):
            small = functional.interpolate(rest, size=(side, side), mode="area") if scale < len(self.grids) - 1 else rest
            rows = small.flatten(2).transpose(1, 2)  # [B, L_k, C]
            distances = rows.square().sum(-1, keepdim=True) + self.embedding.weight.square().sum(-1) - 2 * rows @ self.embedding.weight.T
            tokens.append(distances.argmin(-1))
            rest = rest - self.contribution(tokens[-1], scale)
        return tokens

    def context(self, partial, scale):
        """What the sites of a scale read: [B, L_k, C]."""
        side = self.grids[scale]
        return functional.interpolate(partial, size=(side, side), mode="area").flatten(2).transpose(1, 2)


class Tokenizer(nn.Module):
    def __init__(self, ch=160, multipliers=(1, 1, 2, 2, 4), blocks=2, channels=32, codes=4096, grids=RELEASED, phis=4, naming="several"):
        super().__init__()
        widths = [ch * multiplier for multiplier in multipliers]
        self.encoder = Coder(widths, blocks, 3, channels, decodes=False)
        self.decoder = Coder(widths, blocks + 1, channels, 3, decodes=True)
        self.quantize = Quantiser(codes, channels, grids, phis, naming)
        self.quant_conv, self.post_quant_conv = nn.Conv2d(channels, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)

    def encode(self, images):
        return self.quant_conv(self.encoder(images))

    def decode(self, latent):
        return self.decoder(self.post_quant_conv(latent)).clamp(-1, 1)


class SelfAttention(nn.Module):
    def __init__(self, width, heads, normalises):
        super().__init__()
        self.heads, self.normalises = heads, normalises
        if normalises:
            self.scale_mul_1H11 = nn.Parameter(torch.full((1, heads, 1, 1), math.log(4)))
        self.mat_qkv = nn.Linear(width, 3 * width, bias=False)
        self.q_bias, self.v_bias = nn.Parameter(torch.zeros(width)), nn.Parameter(torch.zeros(width))
        self.register_buffer("zero_k_bias", torch.zeros(width))
        self.proj = nn.Linear(width, width)

    def forward(self, x, mask, cache):
        joint = functional.linear(x, self.mat_qkv.weight, torch.cat((self.q_bias, self.zero_k_bias, self.v_bias)))
        q, k, v = joint.unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        scale = 0.25 / math.sqrt(q.shape[-1])
        if self.normalises:
            scale = 1.0
            q = functional.normalize(q, dim=-1) * self.scale_mul_1H11.clamp(max=math.log(100)).exp()
            k = functional.normalize(k, dim=-1)
        if cache is not None:
            if cache:
                k, v = torch.cat((cache["k"], k), 2), torch.cat((cache["v"], v), 2)
            cache["k"], cache["v"] = k, v
        out = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
        return self.proj(out.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads, normalises, shared):
        super().__init__()
        self.attn, self.ffn = SelfAttention(width, heads, normalises), FeedForward(width)
        if shared:
            self.ada_gss = nn.Parameter(torch.randn(1, 1, 6, width) / math.sqrt(width))
        else:
            self.ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))

    def forward(self, x, condition, shared, mask=None, cache=None):
        vectors = self.ada_gss + shared if shared is not None else self.ada_lin(condition).unflatten(1, (1, 6, -1))
        gate1, gate2, scale1, scale2, shift1, shift2 = vectors.unbind(2)
        x = x + gate1 * self.attn(plain_norm(x) * (1 + scale1) + shift1, mask, cache)
        return x + gate2 * self.ffn(plain_norm(x) * (1 + scale2) + shift2)


def plain_norm(x):
    return functional.layer_norm(x, x.shape[-1:], eps=1e-6)


class HeadNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, x, condition):
        scale, shift = self.ada_lin(condition).unflatten(1, (1, 2, -1)).unbind(2)
        return plain_norm(x) * (1 + scale) + shift


class Transformer(nn.Module):
    def __init__(self, depth=16, width=None, heads=None, classes=1000, channels=32, codes=4096, grids=RELEASED, shared=False, normalises=True):
        super().__init__()
        width, heads = width or 64 * depth, heads or depth
        self.grids, self.classes = grids, classes
        sites = [side**2 for side in grids]
        self.word_embed = nn.Linear(channels, width)
        self.class_emb = nn.Embedding(classes + 1, width)
        self.pos_start = nn.Parameter(torch.randn(1, sites[0], width) / math.sqrt(3 * width))
        self.pos_1LC = nn.Parameter(torch.randn(1, sum(sites), width) / math.sqrt(3 * width))
        self.lvl_embed = nn.Embedding(len(grids), width)
        if shared:
            self.shared_ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.is_shared = shared
        self.blocks = nn.ModuleList(Block(width, heads, normalises, shared) for _ in range(depth))
        self.head_nm, self.head = HeadNorm(width), nn.Linear(width, codes)
        levels = torch.cat([torch.full((count,), scale) for scale, count in enumerate(sites)])
        self.register_buffer("lvl_1L", levels[None])
        mask = torch.where(levels[:, None] >= levels[None], 0.0, -torch.inf)
        self.register_buffer("attn_bias_for_masking", mask[None, None])
        for table in (self.class_emb, self.lvl_embed):
            nn.init.normal_(table.weight, std=math.sqrt(1 / 3 / width))

    def shared_vectors(self, condition):
        return self.shared_ada_lin(condition).unflatten(1, (1, 6, -1)) if self.is_shared else None

    def forward(self, labels, teacher_input):
        """Logits [B, L, V] of all scales, given what the sites of all but the first read [B, L - L_1, C]."""
        condition = self.class_emb(labels)
        first = condition[:, None] + self.pos_start
        x = torch.cat((first, self.word_embed(teacher_input)), 1) + self.lvl_embed(self.lvl_1L) + self.pos_1LC
        shared = self.shared_vectors(condition)
        for block in self.blocks:
            x = block(x, condition, shared, mask=self.attn_bias_for_masking)
        return self.head(self.head_nm(x, condition))


@torch.inference_mode()
def sample(tokenizer, transformer, labels, guidance, pick):
    """Images [B, 3, H, W] in [0, 1]; `pick` takes logits [B, L_k, V] to tokens [B, L_k]. Keys and values are kept between scales."""
    quantiser, batch, last = tokenizer.quantize, len(labels), len(transformer.grids) - 1
    condition = transformer.class_emb(torch.cat((labels, torch.full_like(labels, transformer.classes))))
    shared = transformer.shared_vectors(condition)
    places = transformer.lvl_embed(transformer.lvl_1L) + transformer.pos_1LC
    caches = [{} for _ in transformer.blocks]
    partial = torch.zeros(batch, quantiser.embedding.weight.shape[1], transformer.grids[-1], transformer.grids[-1])
    begin = 0
    for scale, side in enumerate(transformer.grids):
        end = begin + side**2
        if scale == 0:
            x = condition[:, None] + transformer.pos_start
        else:
            x = transformer.word_embed(quantiser.context(partial, scale)).repeat(2, 1, 1)
        x = x + places[:, begin:end]
        for block, cache in zip(transformer.blocks, caches):
            x = block(x, condition, shared, cache=cache)
        conditional, free = transformer.head(transformer.head_nm(x, condition)).chunk(2)
        strength = guidance * scale / last
        partial = partial + quantiser.contribution(pick((1 + strength) * conditional - strength * free), scale)
        begin = end
    return (tokenizer.decode(partial) + 1) / 2
