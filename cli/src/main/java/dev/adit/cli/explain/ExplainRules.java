package dev.adit.cli.explain;

import dev.adit.cli.output.Output;
import dev.adit.platform.Rule;
import dev.adit.platform.Rules;
import dev.adit.platform.Symptom;
import dev.adit.platform.gather.Families;
import dev.adit.platform.gather.FamilyEvidence;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** The rules themselves, for a person or for a program. */
final class ExplainRules {
  private ExplainRules() {}

  static Map<String, List<Rule>> groups() {
    Map<String, List<Rule>> groups = new LinkedHashMap<>();
    groups.put("What the machine is: the first that fires counts", Rules.PLATFORM);
    groups.put("How well interrupts are isolated: the first that fires counts", Rules.ISOLATION);
    groups.put("What may be used: the first that fires counts", Rules.DECISION);
    groups.put("What else is said: all that fire", Rules.REMARKS);
    for (FamilyEvidence family : Families.all()) {
      for (Symptom symptom : family.symptoms()) {
        groups.put(family.name() + ": " + symptom.question(), symptom.causes());
      }
    }
    return groups;
  }

  static void print(PrintWriter out, Output output) {
    if (output.json()) {
      json(output.generator(out));
      return;
    }
    groups()
        .forEach(
            (title, rules) -> {
              out.println(output.look(Output.Look.STRONG, title));
              for (Rule rule : rules) {
                out.printf("%n  %s: %s%n", rule.id(), rule.effect());
                out.printf("    if      %s%n", rule.when());
                out.printf("    because %s%n", rule.text());
                out.printf("    source  %s%n", rule.source());
              }
              out.println();
            });
  }

  private static void json(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("schema", "adit.rules/1");
    json.writeArrayPropertyStart("rules");
    groups()
        .forEach(
            (title, rules) -> {
              for (Rule rule : rules) {
                json.writeStartObject();
                json.writeStringProperty("id", rule.id());
                json.writeStringProperty("group", title);
                json.writeStringProperty("when", rule.when().toString());
                json.writeStringProperty("effect", rule.effect().toString());
                json.writeStringProperty("text", rule.text());
                json.writeStringProperty("source", rule.source());
                json.writeEndObject();
              }
            });
    json.writeEndArray();
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }
}
