"""The image model of the MNIST preset in PyTorch: the networks of packages/image/src, for pytorch.py to time.

Channels first, scaled_dot_product_attention, no compilation. Letters: B batch, L sites of all scales, C width.
"""

import torch
from torch import nn
from torch.nn import functional

GRIDS = (1, 2, 3, 5, 7)
SITES = tuple(side**2 for side in GRIDS)
FINEST = GRIDS[-1]
LENGTH = sum(SITES)
CHANNELS = 8
CODES = 64
PHI_OF_SCALE = (0, 1, 2, 2, 3)  # four convolutions shared by five scales
PHI_RATIO = 0.5


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1 = nn.GroupNorm(8, inputs, eps=1e-6)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(8, outputs, eps=1e-6)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        h = self.conv1(functional.silu(self.norm1(x)))
        return self.shortcut(x) + self.conv2(functional.silu(self.norm2(h)))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(4, 32, 3, padding=1)
        self.fine = ResidualBlock(32, 32)
        self.downsample = nn.Conv2d(32, 32, 3, stride=2)
        self.coarse = ResidualBlock(32, 64)
        self.middle = ResidualBlock(64, 64)
        self.norm_out = nn.GroupNorm(8, 64, eps=1e-6)
        self.conv_out = nn.Conv2d(64, CHANNELS, 3, padding=1)

    def forward(self, images):
        x = self.fine(self.conv_in(functional.pixel_unshuffle(images, 2)))
        x = self.downsample(functional.pad(x, (0, 1, 0, 1)))
        x = self.middle(self.coarse(x))
        return self.conv_out(functional.silu(self.norm_out(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(CHANNELS, 64, 3, padding=1)
        self.middle = ResidualBlock(64, 64)
        self.coarse = ResidualBlock(64, 64)
        self.upsample = nn.Conv2d(64, 64, 3, padding=1)
        self.fine = ResidualBlock(64, 32)
        self.norm_out = nn.GroupNorm(8, 32, eps=1e-6)
        self.conv_patch = nn.Conv2d(32, 64, 3, padding=1)
        self.conv_out = nn.Conv2d(16, 1, 3, padding=1)

    def forward(self, latent):
        x = self.coarse(self.middle(self.conv_in(latent)))
        x = self.fine(self.upsample(functional.interpolate(x, scale_factor=2, mode="nearest")))
        x = self.conv_patch(functional.silu(self.norm_out(x)))
        return self.conv_out(functional.silu(functional.pixel_shuffle(x, 2)))


class Quantiser(nn.Module):
    """VAR's residual quantiser: codes of all scales are summed on the finest grid."""

    def __init__(self):
        super().__init__()
        self.codebook = nn.Embedding(CODES, CHANNELS)
        self.phi = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1) for _ in range(4))

    def contribution(self, tokens, scale):
        """Tokens [B, L_k] to what they add to the sum [B, C, h, w]."""
        side = GRIDS[scale]
        codes = self.codebook(tokens).transpose(1, 2).reshape(-1, CHANNELS, side, side)
        if side != FINEST:
            codes = functional.interpolate(codes, size=(FINEST, FINEST), mode="bicubic")
        return (1 - PHI_RATIO) * codes + PHI_RATIO * self.phi[PHI_OF_SCALE[scale]](codes)

    @staticmethod
    def reduced(x, scale):
        return x if GRIDS[scale] == FINEST else functional.interpolate(x, size=(GRIDS[scale], GRIDS[scale]), mode="area")

    @torch.no_grad()
    def nearest(self, residual):
        vectors = residual.flatten(2).transpose(1, 2).reshape(-1, CHANNELS)
        book = self.codebook.weight
        distances = 0.5 * book.square().sum(1) - vectors @ book.T
        return distances.argmin(1).view(len(residual), -1)

    def forward(self, latent):
        """The tokens of each scale and the partial sums."""
        partial, tokens, partials = None, [], []
        for scale in range(len(GRIDS)):
            residual = latent.detach() if partial is None else latent.detach() - partial.detach()
            tokens.append(self.nearest(self.reduced(residual, scale)))
            added = self.contribution(tokens[-1], scale)
            partial = added if partial is None else partial + added
            partials.append(partial)
        return tokens, partials


class Tokenizer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.quantiser = Quantiser()
        self.decoder = Decoder()

    def loss(self, images, prefix):
        """The loss and the tokens; `prefix` [B] says after which scale each sample is decoded."""
        latent = self.encoder(images)
        tokens, partials = self.quantiser(latent)
        decoded = torch.stack(partials)[prefix - 1, torch.arange(len(images))]
        output = self.decoder(latent + (decoded - latent).detach())
        terms = [
            functional.mse_loss(partial, latent.detach()) + 0.25 * functional.mse_loss(latent, partial.detach()) for partial in partials
        ]
        return functional.mse_loss(output, images) + 0.5 * torch.stack(terms).mean(), tokens


def attention_mask():
    """[L, L]: whether a site sees another one; its own scale and all earlier ones."""
    scale = torch.repeat_interleave(torch.arange(len(GRIDS)), torch.tensor(SITES))
    return scale[:, None] >= scale[None, :]


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.feed_in = nn.Linear(width, 4 * width)
        self.feed_out = nn.Linear(4 * width, width)
        self.offset = nn.Parameter(torch.zeros(6 * width))
        nn.init.constant_(self.offset[: 2 * width], 0.3)

    def forward(self, x, shared, mask=None, cache=None):
        """x [B, T, C]; shared [B, 6 C]. Returns x, keys and values, these with those of the cache before them."""
        gate1, gate2, scale1, scale2, shift1, shift2 = (shared + self.offset).unsqueeze(1).chunk(6, dim=2)
        batch, length, width = x.shape
        modulated = self.norm1(x) * (1 + scale1) + shift1
        q, k, v = self.qkv(modulated).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if cache is not None:
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(batch, length, width)
        x = x + gate1 * self.out(attended)
        modulated = self.norm2(x) * (1 + scale2) + shift2
        return x + gate2 * self.feed_out(functional.gelu(self.feed_in(modulated), approximate="tanh")), (k, v)


class NextScaleTransformer(nn.Module):
    def __init__(self, width=128, depth=4, heads=4, classes=10):
        super().__init__()
        self.classes = nn.Embedding(classes + 1, width)
        self.start = nn.Parameter(torch.randn(1, width) * 0.05)
        self.embed = nn.Linear(CHANNELS, width)
        self.level = nn.Embedding(len(GRIDS), width)
        self.position = nn.Parameter(torch.randn(LENGTH, width) * 0.05)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.head_modulation = nn.Linear(width, 2 * width)
        self.head = nn.Linear(width, CODES)
        self.register_buffer("mask", attention_mask())
        self.register_buffer("scale_of_site", torch.repeat_interleave(torch.arange(len(GRIDS)), torch.tensor(SITES)))

    def run(self, x, condition, begin, mask, caches):
        end = begin + x.shape[1]
        x = x + (self.position[begin:end] + self.level(self.scale_of_site[begin:end]))
        activated = functional.silu(condition)
        shared = self.modulation(activated)
        kept = []
        for block, cache in zip(self.blocks, caches):
            x, keys_and_values = block(x, shared, mask, cache)
            kept.append(keys_and_values)
        scale, shift = self.head_modulation(activated).unsqueeze(1).chunk(2, dim=2)
        return self.head(self.norm(x) * (1 + scale) + shift), kept

    def forward(self, labels, contexts):
        """Teacher-forced logits [B, L, V] from what the scales after the first one read [B, L - 1, Z]."""
        condition = self.classes(labels)
        x = torch.cat((condition.unsqueeze(1) + self.start, self.embed(contexts)), 1)
        return self.run(x, condition, 0, self.mask, [None] * len(self.blocks))[0]

    def optimizer_groups(self, decay):
        """Matrices decay; tables, biases and offsets do not."""
        matrices = [module.weight for module in self.modules() if isinstance(module, nn.Linear)]
        chosen = {id(weight) for weight in matrices}
        rest = [parameter for parameter in self.parameters() if id(parameter) not in chosen]
        return [{"params": matrices, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]


def teacher_contexts(quantiser, tokens):
    """What the sampler would have read had it drawn these tokens [B, L]: [B, L - 1, Z]."""
    contexts, partial = [], None
    for scale, ofScale in enumerate(tokens.split(SITES, dim=1)):
        if scale > 0:
            contexts.append(quantiser.reduced(partial, scale).flatten(2).transpose(1, 2))
        added = quantiser.contribution(ofScale, scale)
        partial = added if partial is None else partial + added
    return torch.cat(contexts, 1)


@torch.inference_mode()
def sample(tokenizer, transformer, labels):
    """Labels [B] to pictures [B, 1, 28, 28]: five passes with a cache of keys and values, then the decoder."""
    condition = transformer.classes(labels)
    caches, partial, begin = [None] * len(transformer.blocks), None, 0
    for scale, sites in enumerate(SITES):
        if scale == 0:
            x = condition.unsqueeze(1) + transformer.start
        else:
            x = transformer.embed(tokenizer.quantiser.reduced(partial, scale).flatten(2).transpose(1, 2))
        logits, caches = transformer.run(x, condition, begin, None, caches)
        tokens = torch.multinomial(torch.softmax(logits, -1).view(-1, CODES), 1).view(-1, sites)
        added = tokenizer.quantiser.contribution(tokens, scale)
        partial = added if partial is None else partial + added
        begin += sites
    return tokenizer.decoder(partial).clamp(0, 1)
