"""`python -m turbo_yaml`: the same as the command `turbo-yaml`."""

from turbo_yaml.cli.main import main

if __name__ == "__main__":
    main()
