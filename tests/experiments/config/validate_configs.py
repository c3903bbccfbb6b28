#!/usr/bin/python3
"""Validates YAML files against a JSON Schema: validate_configs.py SCHEMA FILE...

Prints "FILE: ok", or "FILE: KEY.PATH: PROBLEM" for each problem, and exits with 1 where there was one. An implementation
of JSON Schema that is not ours; exits with 77 where Debian's python3-jsonschema or python3-yaml is not installed.
"""
import json
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit(77)


class Loader(yaml.SafeLoader):
    """YAML 1.2's numbers, as editors read them: PyYAML takes 1e-3 for a text."""


Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$"),
                             list("-0123456789"))

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
bad = False
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        problems = list(validator.iter_errors(yaml.load(file, Loader)))
    for problem in problems:
        print(f"{name}: {'.'.join(map(str, problem.path))}: {problem.message}")
    if not problems:
        print(f"{name}: ok")
    bad = bad or bool(problems)
sys.exit(1 if bad else 0)
