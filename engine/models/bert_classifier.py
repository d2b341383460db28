"""Fine-tuning BERT: one new output layer, and every weight is trained.

Source: Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3.2 and figure 4.
"""

from collections.abc import Mapping
from typing import Literal

from torch import Tensor, nn

from engine.models.bert import Bert

Level = Literal["sentence", "token"]
"""One answer for the whole input, from the pooled [CLS], or one for each token."""


class BertClassifier(nn.Module):
    """A pre-trained BERT, dropout, and a linear layer to ``num_classes``: embed_dim·c + c new parameters.

    Shapes: ids ``(N, L)`` to logits ``(N, num_classes)``, or ``(N, L, num_classes)`` where tokens are classified. With
    ``freeze`` the body keeps its weights and only the new layer learns: feature extraction, not fine-tuning.
    """

    def __init__(self, bert: Bert, num_classes: int, level: Level = "sentence", freeze: bool = False) -> None:
        super().__init__()
        self.bert, self.level = bert, level
        self.dropout = nn.Dropout(bert.embeddings.dropout.p)
        self.classifier = nn.Linear(bert.embeddings.token.embedding_dim, num_classes)
        if freeze:
            self.bert.requires_grad_(False)

    @property
    def stages(self) -> Mapping[str, str]:
        """BERT's stages and the new layer."""
        body = {stage: f"bert.{layer}" for stage, layer in self.bert.stages.items()}
        return {**body, "classifier": "classifier"}

    def forward(self, ids: Tensor, segments: Tensor | None = None, valid_lens: Tensor | None = None) -> Tensor:
        """Return the logits."""
        out = self.bert(ids, segments, valid_lens)
        logits: Tensor = self.classifier(self.dropout(out.pooled if self.level == "sentence" else out.hidden))
        return logits
