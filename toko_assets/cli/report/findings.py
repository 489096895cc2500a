"""The report's section of `toko doctor`."""

from collections.abc import Iterator

from toko_assets.cli.report.given import Given


def describe_findings(_: Given) -> Iterator[str]:
    """Yield a line for each finding."""
    from toko_assets.cli.doctor import examine
    from toko_assets.cli.doctor.finding import STATES

    for finding in examine():
        yield f"{STATES[finding.mark]:<5}{finding.subject:<12} {finding.said}"
