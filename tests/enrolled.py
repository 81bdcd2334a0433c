"""The camera of tests/samples.py as the centre's own register knows it."""

from datetime import date

from ingest.devices import DeviceKey, DevicesInMemory, EnrolledDevice, StateSince
from tests import samples

DEVICES = DevicesInMemory(
    [
        EnrolledDevice(
            device_id="cam-1",
            serial="SN-1",
            model="Speed meter",
            kind="measuring",
            operator="Operator",
            place=samples.PLACE,
            conformity_certificate="KZ 1",
            conformity_valid_to=date(2030, 1, 1),
            keys=(DeviceKey(public_key="0" * 64, valid_from_us=0),),
            states=(StateSince(state="active", since_us=0),),
            verifications=(samples.VERIFICATION,),
        )
    ]
)
