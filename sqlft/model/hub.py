"""A model of the Hugging Face hub, as a folder on this machine."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from sqlft.config import DEFAULT_MODEL, Progress
from sqlft.errors import ModelError

_OUR_OWN = f"give a local folder, or the default model: --model {DEFAULT_MODEL}"
# Everything that loads without running what the repository brings: no pickles, no code.
_WANTED = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"]
_UNWANTED = ["*/*", "consolidated*"]


def hub_folder(name: str, *, progress: Progress | None = None) -> Path:
    """The snapshot of a hub model, named for its commit; downloaded where it is not here yet.

    A whole copy on this machine is used as it is, without asking the hub.

    Raises:
        ModelError: it is not here, and the hub is off, out of reach, or does not have it.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        with suppress(LocalEntryNotFoundError):
            here = Path(snapshot_download(name, local_files_only=True))
            if is_whole(here):
                return here
        # Asked once before anything is downloaded: the download itself tries an unreachable hub
        # six times a file, 46 s for a mistyped name on a machine without network.
        commit = HfApi().model_info(name, timeout=10).sha
        if progress is not None:
            progress(f"downloading {name}", None)
        found = snapshot_download(
            name, revision=commit, allow_patterns=_WANTED, ignore_patterns=_UNWANTED
        )
    except HFValidationError as error:
        raise _unknown(name) from error
    except GatedRepoError as error:
        raise ModelError(
            f"the hub gives {name} only to those who accepted its terms",
            hint="accept them on its page, then set HF_TOKEN",
        ) from error
    except RepositoryNotFoundError as error:
        raise _unknown(name) from error
    except OfflineModeIsEnabled as error:
        raise ModelError(
            f"{name} is not on this machine, and HF_HUB_OFFLINE is set", hint=_OUR_OWN
        ) from error
    except HfHubHTTPError as error:
        line = next(iter(str(error).splitlines()), "no reason given")
        raise ModelError(f"the hub did not give {name}: {line}", hint=_OUR_OWN) from error
    except Exception as error:  # the hub client lets its HTTP library's errors through, two of them
        if not _is_connection(error):
            raise
        raise ModelError(
            f"{name} is not on this machine, and the model hub cannot be reached", hint=_OUR_OWN
        ) from error
    return Path(found)


def is_whole(folder: Path) -> bool:
    """The folder has a configuration and every safetensors file that its index names.

    Files of another kind, or of another folder, are never whole: transformers would unpickle them.
    """
    if not (folder / "config.json").is_file():
        return False
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return any(folder.glob("*.safetensors"))
    try:
        files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        return False
    return all(_is_own_safetensors(folder, name) for name in files)


def _is_own_safetensors(folder: Path, name: object) -> bool:
    own = isinstance(name, str) and name.endswith(".safetensors") and name == Path(name).name
    return own and (folder / str(name)).is_file()


def _unknown(name: str) -> ModelError:
    return ModelError(f"no model {name!r} is known here, in a folder, or on the hub", hint=_OUR_OWN)


def _is_connection(error: Exception) -> bool:
    return isinstance(error, OSError) or any(
        cls.__module__.startswith(("httpx", "httpcore", "requests")) for cls in type(error).__mro__
    )
