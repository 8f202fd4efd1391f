"""Where branches that were pushed become pull requests; the forges are not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deflask.bulk.campaign import Campaign
from deflask.bulk.journal import Row


def pull_requests(campaign: Campaign, ids: Iterable[int]) -> Iterator[Row]:
    """Open, or find, the pull request of each of some repositories whose state is PUSHED; each as it is done.

    A row tells all that is needed: from `campaign.options.branch`, which is at `pushed`, into `base`, with what was
    found in `campaign.journal.document`. What came of it goes into `campaign.journal.record`, as OPENED with the
    address in `pull_request`, or with a reason of the closed list; what a forge needs besides is another migration.
    """
    raise NotImplementedError
