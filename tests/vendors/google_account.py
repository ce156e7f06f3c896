"""The service account the fake provider knows (sluice/fake/vertex.py holds the public half of its key)."""

from __future__ import annotations

import json

PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC/Dyme7ApZJT3K
vVL23J+yBBviyq1H+1CLhlJRZdIoamIfHuGEAOzdkt5ombW1keoR2jvSsvnf14jK
A7SP67yXyzjRqO5GTYf+TneR1EUgONgjMNgqehfJdEQxkizExTGuZG0Wf4MYICpJ
7VJ+gbOZ6RuOygoy2Ge6O3ktOYN12blU0EFIZJ4iFtfNUuV0xSjisHk57OcsKL8n
V72tFzSz/ZrzM8VbSRqr7zoDu7PINaB4sZ4sPgwjAiqFnUTNak/fijLwEgyEL/km
1+P0byLOACLzbVaauaegMvPEKKhFDuqh1C6hdbu/prppm/wHez3fo7ZmOiiSglKc
3n5+EKQBAgMBAAECggEADMyQ5uLnJTutHQomfFUhTu/0Mkg46CvkzxlWJbp4JARP
GHNIJkCtnYD7l0RHe6dlEoHCejCf3qf2CO/LRneYsGPeeuUh4+HJF3cy5A5f/HLy
amvDlMI4b7gd4rg+eYbATO97WK4oHmihN0dHvHknNUtRcPUF+TataY4XEGQxnfu0
nl3iHkQFs3ZxaXP2AcAlu3BRuji/pjD0GmJfu/x1aHARiMvHHAUylOMrL4+jbthz
RzrLIU/zMn4osT6fgv1gjRyAuM14+bikik3AEeDXBtMU02KzBtpF3REZqF7JMWpG
btS+GyrgJbk1myZfnUCL85tLs+nHDnrP7ue+UXGwRQKBgQDiu6oUMwLXKE9OWO5A
NskI6PJMTMJTtDiQ5oc8nWo9zbnq0a9VNWM7dKX/r5QDKIf4mdWrr1S8almRl83D
2yp94yu2p8Q4xCrl6HW6oZM78IgNvNcMPGaubYfeWye8Zj7zYLBsELxpp6naJ9Wt
oDm1Rds9u9fgFaGmmlEiIk8mrwKBgQDXuKpgE5riUHBj7bbf4T5gLfJaal5rzUTP
YfcKQ067aPKyeKIzeobPpGr8KqsGDvW9MRdnASJZAXKNfwDZHTD6Xblci0V2gE8w
9yaQ+0NoUDKAKk+2IcLx7aGnSylz6kWp3vlzOu6AGqsvHCCGhPIff3OS0KpgG5Xg
BPsvKESMTwKBgF4q2Rmokg5wZHfCwbkTx+0WasO7wZ3oJPIxfIt1SZG/pu7bBbob
AUrJSMRn1M52//oFUlQK7uOOPAMXDFPC6+P6/MXQ6dM1zidMo9DOmIr1fFxQSPSB
BZh+T0bPjzJVOOH2D2/ih45OH2JG1x1UhYM/Ly51nNQpx8idIQNPQpZrAoGBAJtF
bDzjX6RuSbdjrzHOKtuHtt2lmnj1swWiefKFJ/J1Q9t6QSXUl5x1uBvxilA+DFs1
LqcRheuSwyVduPqNrGdJdtZJ2KHHETkpbDUG5in7L55Y1i8+ddc1OBn2W8v3YFU5
DUwHqwvCJl0uXar1nmFVl5ahY0DyGhq4+yOiVFS5AoGAaxuw0pSpcd7/75HGmBPo
tNN+/4YwSLhljVUG/hxL3kvzDSUaX0HJRQpqKHHleGkrBECkzXBKGcckXzMyIpLb
PG27wskpKMyDlcefouhRcYMm16Aho7GzUnaRFZOqh0LZwtkZQQWvZ18mpSCN2QJf
yMUxEEOb25XbDVrOYEfOrl4=
-----END PRIVATE KEY-----
"""
"""Of no account anywhere."""


def account(token_uri: str, **changes: str) -> str:
    """The JSON file of the account, as Google writes it."""
    members = {
        "type": "service_account",
        "project_id": "sluice-fake",
        "private_key_id": "k1",
        "private_key": PRIVATE_KEY,
        "client_email": "gateway@sluice-fake.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
        **changes,
    }
    return json.dumps(members, indent=2)
