"""The groups `toko people` and `toko keys`. Each command imports its dependencies when it runs."""

import click
from rich.console import Console

from toko_assets.cli.loading import load_data_settings

console = Console()


class TelegramId(click.IntRange):
    """The id of somebody in Telegram; ids have no more than 52 bits."""

    name = "Telegram id, a number that the bot's /id shows"

    def __init__(self) -> None:
        super().__init__(1, 1 << 52)


USER_ID = click.argument("user_id", metavar="ID", type=TelegramId())
ROLE = click.Choice(["owner", "staff", "customer"])
LEVEL = click.IntRange(0, 99)


@click.group()
def people() -> None:
    """Say who may use the bot and the catalogue's pages, in addition to ALLOWED_USERS and OWNER_USERS of .env.

    ID is a Telegram id, a number that the bot's /id shows.
    """


@people.command("list")
def list_people() -> None:
    """List everybody who has access. Those in .env are changed only there."""
    from toko_assets.cli.access import people

    people.list_people(load_data_settings(), console)


@people.command()
@USER_ID
@click.option("--role", type=ROLE, default="staff", show_default=True, help="What they are to the shop.")
@click.option("--level", type=LEVEL, help="The one price level that they see; customers have 1 unless you say so.")
@click.option("--name", default="", help="The name in lists.")
def add(user_id: int, role: str, level: int | None, name: str) -> None:
    """Give somebody access, or replace what they have."""
    from toko_assets.cli.access import people

    people.add_person(load_data_settings(), user_id, role, level, name, console)


@people.command()
@USER_ID
@click.option("--role", type=ROLE, help="The new role.")
@click.option("--level", type=LEVEL, help="The one price level that they see; 0: all levels.")
@click.option("--stock/--no-stock", default=None, help="Whether a customer sees stock.")
@click.option("--name", help="The name in lists.")
def change(user_id: int, role: str | None, level: int | None, stock: bool | None, name: str | None) -> None:
    """Change what is given, and leave the rest."""
    from toko_assets.cli.access import people

    people.change_person(load_data_settings(), user_id, role, level, stock, name, console)


@people.command("remove")
@USER_ID
def remove_person(user_id: int) -> None:
    """Take somebody's access away. It ends with their next message or page."""
    from toko_assets.cli.access import people

    people.remove_person(load_data_settings(), user_id, console)


@people.command()
@USER_ID
def erase(user_id: int) -> None:
    """Take somebody's access away, and erase their id and names, also from the audit list. Its entries stay."""
    from toko_assets.cli.access import people

    people.erase_person(load_data_settings(), user_id, console)


@people.command()
@click.option("-n", "--lines", type=click.IntRange(1), default=50, show_default=True, help="How many to show.")
def audit(lines: int) -> None:
    """Show who changed what, the newest first."""
    from toko_assets.cli.access import people

    people.show_audit(load_data_settings(), lines, console)


WHO = click.argument("who", metavar="WHO")


@people.command()
@WHO
@click.option("--as", "sign_in_name", metavar="NAME", help="The name with which they sign in, besides their id.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password from the standard input, its first line.")
@click.option("--remove", is_flag=True, help="Remove the password.")
def password(who: str, sign_in_name: str | None, from_stdin: bool, remove: bool) -> None:
    """Set somebody's password for the catalogue's pages. WHO is a Telegram id, or a name that only one person has.

    It also works for people in .env. Nobody needs a password who has Telegram: the bot's /web signs in without one.
    """
    from toko_assets.cli.access import sign_ins

    settings = load_data_settings()
    if remove:
        sign_ins.remove_password(settings, who, console)
    else:
        sign_ins.set_password(settings, who, sign_in_name, from_stdin, console)


@people.command()
def passwords() -> None:
    """List who has a password for the catalogue's pages."""
    from toko_assets.cli.access import sign_ins

    sign_ins.list_passwords(load_data_settings(), console)


@people.command("sign-ins")
@click.argument("who", metavar="[WHO]", required=False)
@click.option("--end", is_flag=True, help="End them: these people have to sign in again.")
def list_sign_ins(who: str | None, end: bool) -> None:
    """List the browsers in which people are signed in on the catalogue's pages, of all people or of one."""
    from toko_assets.cli.access import sign_ins

    sign_ins.list_sign_ins(load_data_settings(), who, end, console)


@click.group()
def keys() -> None:
    """Say which programs may use the API of the catalogue's pages, and what each may read."""


@keys.command("add")
@click.argument("name")
@click.option("--scope", "scopes", default="prices", show_default=True, metavar="prices,stock,cost",
              help="What it may read, separated by commas.")  # fmt: skip
@click.option("--level", type=click.IntRange(1, 99), help="The one price level that it may read (default: all).")
def add_key(name: str, scopes: str, level: int | None) -> None:
    """Add a key for a program, and print it. Nothing can show it again."""
    from toko_assets.cli.access import keys

    keys.add_key(load_data_settings(), name, scopes, level, console)


@keys.command("list")
def list_keys() -> None:
    """List all keys, what each may read, and how many requests it made in 30 days."""
    from toko_assets.cli.access import keys

    keys.list_keys(load_data_settings(), console)


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke a key. Its next request is rejected."""
    from toko_assets.cli.access import keys

    keys.revoke_key(load_data_settings(), name, console)
