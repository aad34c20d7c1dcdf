#!/usr/bin/env python3
"""Validates JSON documents by a schema with a foreign implementation (python3-jsonschema).

usage: validate_json.py SCHEMA DOCUMENT...   ("-" is standard input)
Exit codes: 0 valid, 1 not valid, 2 usage, 77 python3-jsonschema is not installed.
"""
import json
import sys

NOT_INSTALLED = 77
MOST_ERRORS = 20

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(NOT_INSTALLED)


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"duplicate keys in {sorted(keys)}")
    return dict(pairs)


def load(name):
    stream = sys.stdin.buffer if name == "-" else open(name, "rb")
    with stream:
        return json.loads(stream.read().decode("utf-8"), parse_constant=refuse_constant,
                          object_pairs_hook=unique_keys)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    schema = load(arguments[0])
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    valid = True
    for name in arguments[1:]:
        try:
            errors = list(validator.iter_errors(load(name)))
        except (OSError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            valid = False
            continue
        for error in errors[:MOST_ERRORS]:
            place = "/".join(str(part) for part in error.absolute_path)
            print(f"{name}: /{place}: {error.message[:300]}", file=sys.stderr)
        valid = valid and not errors
    return 0 if valid else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
