"""Who acts: a claim signed by the kernel, for one office and one command, good for a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from onewindow.errors import Forbidden
from onewindow.i18n import _
from onewindow.office.views import Actor

GOOD_FOR = timedelta(seconds=60)
ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verified claim says."""

    subject: str
    key: str
    actor: Actor


class Signer:
    """Signs claims with the kernel's private key."""

    def __init__(self, seed: bytes, kid: str):
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.kid = kid

    def public_pem(self) -> str:
        """The public key that stands in an office's credentials file."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, office: str, key: str, subject: str, actor: Actor, now: datetime) -> str:
        """A claim for one command to one office."""
        payload = {
            "aud": office,
            "jti": key,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + GOOD_FOR).timestamp()),
            "actor": actor.model_dump(mode="json"),
        }
        return jwt.encode(payload, self._key, algorithm=ALGORITHM, headers={"kid": self.kid})


class Verifier:
    """Checks claims with the kernel's public keys."""

    def __init__(self, office: str, keys: Mapping[str, str]):
        self._office = office
        self._keys = {kid: load_pem_public_key(pem.encode()) for kid, pem in keys.items()}

    def check(self, token: str, key: str, now: datetime) -> Claim:
        """The claim, if it is for this office and this command and has not run out.

        Raises:
            Forbidden: otherwise.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            public = self._keys.get(kid)
            if not isinstance(public, Ed25519PublicKey):
                raise Forbidden(_("不认识签发人的密钥"))
            payload = jwt.decode(
                token,
                public,
                algorithms=[ALGORITHM],
                audience=self._office,
                options={"verify_exp": False, "verify_iat": False, "require": ["aud", "jti", "sub", "exp"]},
            )
        except jwt.PyJWTError as error:
            raise Forbidden(_("身份凭证无效")) from error
        if payload["jti"] != key or now.timestamp() > payload["exp"]:
            raise Forbidden(_("身份凭证已过期或不属于这次操作"))
        return Claim(payload["sub"], payload["jti"], Actor.model_validate(payload["actor"]))
