"""Makes a key pair: the private key as PEM (PKCS #8) and the public one as a JWKS, in one JSON line.

Arguments: RS384 or ES384, and the key's id.
"""

import json
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

MAKE = {
    "RS384": (lambda: rsa.generate_private_key(65537, 2048), RSAAlgorithm),
    "ES384": (lambda: ec.generate_private_key(ec.SECP384R1()), ECAlgorithm),
}

algorithm, kid = sys.argv[1:]
make, kind = MAKE[algorithm]
key = make()
pem = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
public = kind.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": algorithm, "use": "sig"}
print(json.dumps({"pem": pem.decode(), "jwks": {"keys": [public]}}))
