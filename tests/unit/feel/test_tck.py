"""The runner of the OMG's kit, on a small kit of our own."""

import json
import subprocess
import sys
from pathlib import Path

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/">
  <itemDefinition name="tGoal">
    <itemComponent name="plan value"><typeRef>number</typeRef></itemComponent>
    <itemComponent name="fact"><typeRef>number</typeRef></itemComponent>
  </itemDefinition>
  <itemDefinition name="tGoals" isCollection="true"><typeRef>tGoal</typeRef></itemDefinition>
  <inputData id="i1" name="the goals"><variable name="the goals" typeRef="tGoals"/></inputData>
  <businessKnowledgeModel id="b1" name="share of">
    <variable name="share of" typeRef="number"/>
    <encapsulatedLogic>
      <formalParameter name="a goal" typeRef="tGoal"/>
      <literalExpression><text>a goal.fact / a goal.plan value * 100</text></literalExpression>
    </encapsulatedLogic>
  </businessKnowledgeModel>
  <decision id="d1" name="shares">
    <variable name="shares"/>
    <informationRequirement><requiredInput href="#i1"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#b1"/></knowledgeRequirement>
    <literalExpression><text>for g in the goals return share of(g)</text></literalExpression>
  </decision>
  <decision id="d2" name="summary">
    <variable name="summary"/>
    <informationRequirement><requiredDecision href="#d1"/></informationRequirement>
    <context>
      <contextEntry>
        <variable name="the mean"/><literalExpression><text>mean(shares)</text></literalExpression>
      </contextEntry>
      <contextEntry>
        <variable name="good"/><literalExpression><text>the mean &gt; 90</text></literalExpression>
      </contextEntry>
    </context>
  </decision>
  <decision id="d3" name="table"><decisionTable/></decision>
  <decision id="d4" name="wrong"><literalExpression><text>1 +</text></literalExpression></decision>
</definitions>"""

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>goals.dmn</modelName>
  <testCase id="1">
    <inputNode name="the goals">
      <list><item>
        <component name="plan value"><value xsi:type="xsd:decimal">10</value></component>
        <component name="fact"><value xsi:type="xsd:decimal">{fact}</value></component>
      </item></list>
    </inputNode>
    <resultNode name="shares"><expected>
      <list><item><value xsi:type="xsd:decimal">95</value></item></list>
    </expected></resultNode>
    <resultNode name="summary"><expected>
      <component name="the mean"><value xsi:type="xsd:decimal">95</value></component>
      <component name="good"><value xsi:type="xsd:boolean">true</value></component>
    </expected></resultNode>
    <resultNode name="table"><expected><value xsi:nil="true"/></expected></resultNode>
    <resultNode name="wrong" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
  </testCase>
</testCases>"""


def run(kit: Path, fact: str, *options: str) -> subprocess.CompletedProcess[str]:
    group = kit / "compliance-level-3" / "0001-goals"
    group.mkdir(parents=True, exist_ok=True)
    (kit / "compliance-level-2").mkdir(exist_ok=True)
    (group / "goals.dmn").write_text(MODEL, "utf-8")
    (group / "goals-test-01.xml").write_text(CASES.replace("{fact}", fact), "utf-8")
    command = [sys.executable, "-m", "tests.tck", str(kit), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_kit_that_passes_is_scored(tmp_path: Path) -> None:
    result = run(tmp_path, "9.5", "--format", "json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["total"] == {"passed": 3, "failed": 0, "excluded": 1}
    assert report["excluded"] == {"a decision table": 1}
    assert "3 0001-goals" in run(tmp_path, "9.5", "--level", "3", "--only", "0001").stdout


def test_a_case_that_fails_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, "9", "--failures")
    assert result.returncode == 1
    assert "0001-goals/01-1-shares: expected" in result.stderr


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tck", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "holds no compliance-level-3" in result.stderr
