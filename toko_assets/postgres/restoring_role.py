"""The password of the role that restores backups, if none is set: derived from that of Dagster's role.

So an installation gets the second role without anybody choosing a password. Nobody who has the derived one can compute
the other: each guess takes a twentieth of a second and 16 MB.
"""

import hashlib

from pydantic import SecretStr

SALT = b"toko: the role that restores backups"
COST, BLOCK, LANES = 1 << 14, 8, 1


def derive_password(password: SecretStr) -> SecretStr:
    """Return the restoring role's password, 64 hexadecimal digits. It is always the same for the same password."""
    derived = hashlib.scrypt(password.get_secret_value().encode(), salt=SALT, n=COST, r=BLOCK, p=LANES, dklen=32)
    return SecretStr(derived.hex())
