"""What Schemathesis must know of our formats."""
import datetime

import schemathesis
from hypothesis import strategies as st

moments = st.datetimes(
    min_value=datetime.datetime(2020, 1, 1), max_value=datetime.datetime(2030, 1, 1)
).map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z")
intervals = st.one_of(
    moments,
    moments.map(lambda moment: moment + "/.."),
    moments.map(lambda moment: "../" + moment),
    st.tuples(moments, moments).map(lambda both: "/".join(sorted(both))),
)
schemathesis.openapi.format("moment-or-interval", intervals)
names = st.sampled_from(["code", "name"])
words = st.text(alphabet="abc%_X", max_size=4)
filters = st.one_of(
    st.tuples(names, words).map(lambda both: "%s = '%s'" % both),
    st.tuples(names, words).map(lambda both: "%s LIKE '%s'" % both),
    names.map(lambda name: name + " IS NOT NULL"),
)
schemathesis.openapi.format("cql2-text", filters)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """OGC API Features: a `limit` above the maximum is answered with the maximum, not refused."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("name") == "limit":
                    parameter["schema"].pop("maximum", None)
