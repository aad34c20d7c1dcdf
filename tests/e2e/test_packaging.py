#!/usr/bin/env python3
"""What packaging/ has for others' CI runs as it stands there, against the fixture hosters."""

import pathlib
import shutil
import subprocess
import unittest

import yaml

import support

PACKAGING = support.TOP / "packaging"


class Ci(support.TestCase):
    """The scripts of the CI templates, with this program for the installed one. Where the fixtures are is in the
    environment, which is also how a job's variables reach the program."""

    def run_script(self, script, server, **variables):
        tools = self.dir / "bin"
        tools.mkdir(exist_ok=True)
        if not (tools / "meetlat").exists():
            (tools / "meetlat").symlink_to(support.MEETLAT)
        environment = support.environment(self.dir, MEETLAT_HOSTS_FILE=str(server.hosts), MEETLAT_CA_FILE=str(server.ca),
                                          MEETLAT_CT_LOGS=str(server.ct_logs), MEETLAT_PER_HOST_DELAY="0",
                                          MEETLAT_GEO=str(server.geo), **variables)
        environment["PATH"] = f"{tools}:{environment['PATH']}"
        return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=self.dir, env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=support.DEADLINE, check=False)

    def personas(self, *names):
        return support.Server(support.copy_personas(self.dir / "personas", names))

    def files(self):
        return sorted(path.name for path in (self.dir / "meetlat").iterdir())

    def github(self, server, **inputs):
        """Runs the step that measures, as GitHub does; gives the exit code that the last step would end with."""
        action = yaml.safe_load((PACKAGING / "github/action.yml").read_text())
        step = next(step for step in action["runs"]["steps"] if step.get("id") == "measure")
        variables = {}
        for name, value in step["env"].items():
            if value.startswith("${{ inputs."):
                key = value[len("${{ inputs."):-len(" }}")]
                value = inputs.get(key, action["inputs"][key].get("default", ""))
            variables[name] = value
        output, summary = self.dir / "output", self.dir / "summary"
        output.write_text("")
        run = self.run_script(step["run"], server, GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary),
                              **variables)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.log = run.stdout + run.stderr
        return dict(line.split("=", 1) for line in output.read_text().splitlines())["code"]

    def test_github_action(self):
        with self.personas("exemplary", "no-policy") as server:
            listed = server.list.read_text().splitlines()
            good = next(line for line in listed if "exemplary" in line)
            (self.dir / "hosters.txt").write_text("\n".join(listed) + "\n")
            self.assertEqual(self.github(server, list="hosters.txt"), "0", self.log)
            self.assertEqual(self.files(), ["junit.xml", "report.json", "report.sarif", "run.jsonl", "summary.md"])
            self.assertIn("exemplary", (self.dir / "summary").read_text())
            self.assertEqual(self.github(server, list="hosters.txt", **{"min-grade": "B"}), "1", self.log)
            self.assertIn("--min-grade", self.log)
            self.assertEqual(self.github(server, hosts=good, **{"min-grade": "B"}), "0", self.log)
            self.assertEqual(self.github(server, list="gone.txt"), "3", self.log)

    def test_gitlab_template(self):
        template = yaml.safe_load((PACKAGING / "gitlab/meetlat.gitlab-ci.yml").read_text())[".meetlat"]
        example = yaml.safe_load((PACKAGING / "gitlab/example.gitlab-ci.yml").read_text())["privacy"]
        script = "\n".join(["mkdir -p meetlat", *template["script"]])
        self.assertIn("mkdir -p meetlat", template["before_script"])
        with self.personas("exemplary") as server:
            shutil.copy(server.list, self.dir / "hosters.txt")
            run = self.run_script(script, server, **template["variables"])
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            made = [pathlib.Path(path).name for path in template["artifacts"]["reports"].values()]
            self.assertEqual(sorted([*made, "ranking.md", "report.json", "run.jsonl"]), self.files())
            # The example's gates, with the baseline that it wants.
            made = self.meetlat("baseline", "meetlat/run.jsonl", "-o", example["variables"]["MEETLAT_BASELINE"])
            self.assert_code(made, 0)
            shutil.rmtree(self.dir / "meetlat")
            run = self.run_script(script, server, **{**template["variables"], **example["variables"]})
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_systemd_unit(self):
        """Its command line is one that the program takes: everything but the folders is as it stands there."""
        unit = (PACKAGING / "systemd/meetlat.service").read_text()
        command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
        command = command.removeprefix("ExecStart=").replace("/usr/bin/", "").replace("/etc/", f"{self.dir}/etc/")
        with self.personas("exemplary") as server:
            text = (PACKAGING / "systemd/meetlat.toml").read_text().replace("bundled", str(server.list))
            self.write("etc/meetlat/meetlat.toml", text)
            (self.dir / "meetlat").mkdir()
            run = self.run_script(command.replace("%S", str(self.dir)), server, XDG_STATE_HOME=str(self.dir),
                                  XDG_CACHE_HOME=str(self.dir))
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
            self.assertEqual(self.files(), ["meetlat.prom", "ranking.json", "ranking.txt", "runs"])
            self.assertIn("exemplary", (self.dir / "meetlat/ranking.txt").read_text())


if __name__ == "__main__":
    unittest.main()
