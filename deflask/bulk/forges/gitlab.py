"""GitLab, through python-gitlab (the extra `gitlab`). There a pull request is called merge request."""

from __future__ import annotations

from typing import Any

from gitlab.v4.objects import Project, ProjectMergeRequest

from deflask.bulk.forges import Access, Checks, Conflict, NotFound, PullRequest, Request, State
from deflask.bulk.forges.address import path_on
from deflask.bulk.forges.answers import needed
from deflask.bulk.forges.body import closed_by_us, is_closed_by_us
from deflask.bulk.forges.gitlab_api import API, connect, is_disabled, translated
from deflask.bulk.forges.token import Token

_DEVELOPER = 30
_DRAFT = "Draft: "
_STATES = {"opened": State.OPEN, "locked": State.OPEN, "merged": State.MERGED, "closed": State.CLOSED}
_CHECKS = {"success": Checks.PASSED, "skipped": Checks.PASSED, "failed": Checks.FAILED, "canceled": Checks.FAILED}


class GitLab:
    """The forge of one API."""

    def __init__(self, token: Token, api_url: str = API) -> None:
        self._token = token
        self._api_url = api_url
        self._gitlab = connect(token, api_url)

    def close_connection(self) -> None:
        self._gitlab.session.close()

    def access(self, url: str) -> Access:
        with translated(self._token):
            return _access(self._gitlab.projects.get(path_on(url, self._api_url)))

    def fork(self, url: str) -> Access:
        with translated(self._token):
            project = self._project(url)
            # GitLab refuses a second fork, so the one that is there is looked for first.
            for fork in project.forks.list(owned=True, get_all=False):
                return _access(self._gitlab.projects.get(fork.id))
            return _access(self._gitlab.projects.get(project.forks.create({}).id))

    def is_ready(self, fork: Access) -> bool:
        with translated(self._token):
            project = self._gitlab.projects.get(fork.name)
            return str(project.import_status) in ("finished", "none")

    def find(self, request: Request) -> PullRequest | None:
        with translated(self._token):
            source = self._source_id(request)
            listed = self._project(request.url).mergerequests.list(
                source_branch=request.head, state="all", get_all=False, per_page=100
            )
            # Anybody can ask for a merge from a fork whose branch has our branch's name.
            found = [each for each in listed if each.source_project_id == (source or each.target_project_id)]
            found.sort(key=lambda each: (each.state == "opened", each.iid))
            return _pull_request(found[-1]) if found else None

    def get(self, url: str, number: int) -> PullRequest:
        with translated(self._token):
            return _pull_request(self._merge_request(url, number))

    def create(self, request: Request) -> PullRequest:
        fields: dict[str, Any] = {
            "source_branch": request.head,
            "target_branch": request.base,
            "title": _DRAFT * request.draft + request.title,
            "description": request.body,
            "allow_collaboration": request.pushed_to is not None,
        }
        try:
            with translated(self._token):
                project = self._project(request.url)
                if request.pushed_to is not None:
                    fields["target_project_id"] = self._gitlab.projects.get(path_on(request.url, self._api_url)).id
                    project = self._project(request.pushed_to)
                return _pull_request(project.mergerequests.create(fields))
        except Conflict:
            # "Another open merge request already exists for this source branch"
            existing = self.find(request)
            if existing is None:
                raise
            return existing

    def complete(self, request: Request, number: int) -> None:
        if not request.labels and not request.reviewers:
            return
        with translated(self._token):
            merge_request = self._merge_request(request.url, number)
            fields: dict[str, Any] = {}
            if set(request.labels) - set(merge_request.labels):
                fields["add_labels"] = ",".join(request.labels)
            if request.reviewers and not merge_request.reviewers:
                fields["reviewer_ids"] = [self._user_id(name) for name in request.reviewers]
            if fields:
                self._project(request.url).mergerequests.update(number, fields)

    def update(self, url: str, number: int, title: str, body: str) -> PullRequest:
        with translated(self._token):
            draft = self._merge_request(url, number).draft
            return self._change(url, number, title=_DRAFT * draft + title, description=body)

    def close(self, url: str, number: int, body: str) -> PullRequest:
        with translated(self._token):
            # In one request: what is closed without the note counts as closed by a person.
            return self._change(url, number, state_event="close", description=closed_by_us(body))

    def merge(self, url: str, number: int, head: str) -> PullRequest:
        with translated(self._token):
            merge_request = self._project(url).mergerequests.get(number, lazy=True)
            merge_request.merge(sha=head)
        return self.get(url, number)

    def checks(self, url: str, pull_request: PullRequest) -> Checks:
        with translated(self._token):
            pipeline = self._merge_request(url, pull_request.number).attributes.get("head_pipeline")
        return _CHECKS.get(pipeline["status"], Checks.PENDING) if pipeline else Checks.NONE

    def _project(self, url: str) -> Project:
        return self._gitlab.projects.get(path_on(url, self._api_url), lazy=True)

    def _merge_request(self, url: str, number: int) -> ProjectMergeRequest:
        return self._project(url).mergerequests.get(number)

    def _change(self, url: str, number: int, **fields: Any) -> PullRequest:
        self._project(url).mergerequests.update(number, fields)
        return _pull_request(self._merge_request(url, number))

    def _source_id(self, request: Request) -> int | None:
        """The fork's number; None where the branch is in the repository itself."""
        if request.pushed_to is None:
            return None
        return int(self._gitlab.projects.get(path_on(request.pushed_to, self._api_url)).id)

    def _user_id(self, name: str) -> int:
        for user in self._gitlab.users.list(username=name, get_all=False):
            return int(user.id)
        raise NotFound(f"no user {name}")


def _access(project: Project) -> Access:
    there: dict[str, Any] = project.attributes
    permissions = [each for each in (there.get("permissions") or {}).values() if each]
    return Access(
        name=needed(there["path_with_namespace"], str),
        url=needed(there["http_url_to_repo"], str),
        default_branch=there.get("default_branch"),
        archived=bool(there.get("archived")),
        disabled=is_disabled(there),
        fork="forked_from_project" in there,
        can_push=any(each["access_level"] >= _DEVELOPER for each in permissions),
    )


def _pull_request(merge_request: Any) -> PullRequest:
    there = merge_request.attributes
    body, state = there.get("description") or "", _STATES[there["state"]]
    return PullRequest(
        number=needed(there["iid"], int),
        url=needed(there["web_url"], str),
        state=state,
        head=there["sha"] or "",
        closed_by_person=state is State.CLOSED and not is_closed_by_us(body),
        draft=bool(there.get("draft")),
        title=there["title"].removeprefix(_DRAFT),
        body=body,
    )
