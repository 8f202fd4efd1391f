"""GitHub and GitHub Enterprise, through PyGithub (the extra `github`)."""

from __future__ import annotations

import github
from github.GithubException import GithubException
from github.PullRequest import PullRequest as GithubPullRequest
from github.Repository import Repository

from deflask.bulk.forges import Access, Checks, PullRequest, Refused, Request, State
from deflask.bulk.forges.address import address, path_on
from deflask.bulk.forges.answers import needed
from deflask.bulk.forges.body import closed_by_us, is_closed_by_us
from deflask.bulk.forges.github_api import API, connect, translated, words
from deflask.bulk.forges.token import Token

_METHODS = ("merge", "squash", "rebase")
_BAD = ("error", "failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure")


class GitHub:
    """The forge of one API. It speaks as the published description says."""

    def __init__(self, token: Token, api_url: str = API) -> None:
        self._token = token
        self._api_url = api_url
        self._github = connect(token, api_url)

    def close_connection(self) -> None:
        self._github.close()

    def access(self, url: str) -> Access:
        with translated(self._token):
            return _access(self._github.get_repo(path_on(url, self._api_url)))

    def fork(self, url: str) -> Access:
        with translated(self._token):
            # GitHub answers with the fork that is there already.
            return _access(self._repository(url).create_fork(default_branch_only=True))

    def is_ready(self, fork: Access) -> bool:
        with translated(self._token):
            try:
                self._github.get_repo(fork.name).get_branch(fork.default_branch or "HEAD")
            except github.UnknownObjectException:
                return False
            return True

    def find(self, request: Request) -> PullRequest | None:
        head = self._head(request)
        with translated(self._token):
            # By the list of pull requests: a search is limited to 30 a minute and lags behind.
            page = self._repository(request.url).get_pulls(state="all", head=head).get_page(0)
            # GitHub passes over a filter that it does not understand, so what comes back is looked at.
            found = [each for each in page if (each.head.label or "").lower() == head.lower()]
            found.sort(key=lambda each: (each.state == "open", each.number))
            return _pull_request(found[-1]) if found else None

    def get(self, url: str, number: int) -> PullRequest:
        with translated(self._token):
            return _pull_request(self._repository(url).get_pull(number))

    def create(self, request: Request) -> PullRequest:
        try:
            with translated(self._token):
                made = self._repository(request.url).create_pull(
                    request.base,
                    self._head(request),
                    title=request.title,
                    body=request.body,
                    draft=request.draft,
                    maintainer_can_modify=request.pushed_to is not None,
                )
                return _pull_request(made)
        except Refused as error:
            # Between our look and our request, or after a request whose answer was lost.
            existing = self.find(request) if "already exists" in error.words else None
            if existing is None:
                raise
            return existing

    def complete(self, request: Request, number: int) -> None:
        if not request.labels and not request.reviewers:
            return
        with translated(self._token):
            pull = self._repository(request.url).get_pull(number)
            there = {label.name.lower() for label in pull.labels}
            labels = [label for label in request.labels if label.lower() not in there]
            if labels:
                # PyGithub sends a bare list, which GitHub takes but does not publish.
                asked = {"labels": labels}
                self._github.requester.requestJsonAndCheck("POST", f"{pull.issue_url}/labels", input=asked)
            # Who has reviewed is no longer among the requested, and must not be asked again.
            are_asked = pull.requested_reviewers or pull.requested_teams
            if request.reviewers and not are_asked and not pull.get_reviews().get_page(0):
                people = [each for each in request.reviewers if "/" not in each]
                teams = [each.rpartition("/")[2] for each in request.reviewers if "/" in each]
                pull.create_review_request(people, teams)

    def update(self, url: str, number: int, title: str, body: str) -> PullRequest:
        with translated(self._token):
            pull = self._repository(url).get_pull(number)
            pull.edit(title=title, body=body)
            return _pull_request(pull)

    def close(self, url: str, number: int, body: str) -> PullRequest:
        with translated(self._token):
            pull = self._repository(url).get_pull(number)
            # In one request: a pull request that is closed without the note counts as closed by a person.
            pull.edit(state="closed", body=closed_by_us(body))
            return _pull_request(pull)

    def merge(self, url: str, number: int, head: str) -> PullRequest:
        with translated(self._token):
            pull = self._repository(url).get_pull(number)
            self._merge(pull, head)
        return self.get(url, number)

    def checks(self, url: str, pull_request: PullRequest) -> Checks:
        with translated(self._token):
            commit = self._repository(url).get_commit(pull_request.head)
            status = commit.get_combined_status()
            # Without statuses GitHub calls the combined state pending.
            states = [status.state] if status.total_count else []
            for run in commit.get_check_runs():
                states.append(run.conclusion if run.status == "completed" else "pending")
        if any(state in _BAD for state in states):
            return Checks.FAILED
        if "pending" in states:
            return Checks.PENDING
        return Checks.PASSED if states else Checks.NONE

    def _repository(self, url: str) -> Repository:
        return self._github.get_repo(path_on(url, self._api_url))

    def _head(self, request: Request) -> str:
        return f"{address(request.pushed_to or request.url).owner}:{request.head}"

    def _merge(self, pull: GithubPullRequest, head: str) -> None:
        for method in _METHODS:
            try:
                pull.merge(sha=head, merge_method=method)
                return
            except GithubException as error:
                # "Merge commits are not allowed on this repository." and the like: its owner wants another method.
                if error.status != 405 or method == _METHODS[-1] or "not allowed on this" not in words(error):
                    raise


def _access(repository: Repository) -> Access:
    permissions = repository.permissions
    return Access(
        name=needed(repository.full_name, str),
        url=needed(repository.clone_url, str),
        default_branch=repository.default_branch,
        archived=bool(repository.archived),
        disabled=bool(repository.disabled),
        fork=bool(repository.fork),
        can_push=bool(permissions and permissions.push),
    )


def _pull_request(pull: GithubPullRequest) -> PullRequest:
    body = pull.body or ""
    state = State.MERGED if pull.merged_at else State(pull.state)
    return PullRequest(
        number=needed(pull.number, int),
        url=needed(pull.html_url, str),
        state=state,
        head=needed(pull.head.sha, str),
        closed_by_person=state is State.CLOSED and not is_closed_by_us(body),
        draft=bool(pull.draft),
        title=needed(pull.title, str),
        body=body,
    )
