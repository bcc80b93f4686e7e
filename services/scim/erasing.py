"""What a directory called people goes with everything else that tells who they were (個人情報の消去)."""

from sqlalchemy import delete, func

from core.transaction import Transaction, listens
from data.models.scim import ExternalId
from services.events import PeopleErased


@listens(PeopleErased)
def erase_external_ids(tx: Transaction, erased: PeopleErased) -> None:
    """Forget by which identifiers directories knew these people."""
    tx.execute(delete(ExternalId).where(ExternalId.person_id == func.any(list(erased.ids))))
