"""Opens the tables of a sequence with pandas, polars and DuckDB, a line each."""

import json
import sys

import duckdb
import numpy as np
import pandas
import polars


def main(folder: str) -> dict:
    of_pandas = pandas.read_parquet(f"{folder}/objects.parquet")
    of_polars = polars.read_parquet(f"{folder}/objects.parquet")
    of_duckdb = duckdb.sql(f"SELECT * FROM '{folder}/objects.parquet'").fetchnumpy()
    rows = {
        name: {
            "pandas": len(pandas.read_parquet(f"{folder}/{name}.parquet")),
            "polars": len(polars.read_parquet(f"{folder}/{name}.parquet")),
            "duckdb": duckdb.sql(f"SELECT count(*) FROM '{folder}/{name}.parquet'").fetchall()[0][
                0
            ],
        }
        for name in ("frames", "objects", "pieces", "states", "events", "signals")
    }
    return {
        "rows": rows,
        "columns": {"pandas": list(of_pandas), "polars": of_polars.columns, "duckdb": [*of_duckdb]},
        "speed": {
            "pandas": float(of_pandas["speed_mps"].sum()),
            "polars": float(of_polars["speed_mps"].sum()),
            "duckdb": float(of_duckdb["speed_mps"].sum()),
        },
        "velocity": {
            "pandas": np.stack(of_pandas["velocity_world"]).sum(axis=0).tolist(),
            "polars": of_polars["velocity_world"].to_numpy().sum(axis=0).tolist(),
            "duckdb": np.stack(of_duckdb["velocity_world"]).sum(axis=0).tolist(),
        },
        "names": {
            "pandas": sorted(set(of_pandas["name"])),
            "polars": sorted(set(of_polars["name"])),
            "duckdb": sorted(set(of_duckdb["name"])),
        },
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
