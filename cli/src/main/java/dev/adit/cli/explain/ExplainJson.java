package dev.adit.cli.explain;

import dev.adit.cli.output.Output;
import dev.adit.platform.Diagnosis;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Rule;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** JSON, one document with all hosts or one a line; docs/reference/explain-json.md describes it. */
public final class ExplainJson implements ExplainPrinter {
  static final String SCHEMA = "adit.explain/1";

  private final PrintWriter out;
  private final Output output;
  private final Optional<JsonGenerator> document;

  private ExplainJson(PrintWriter out, Output output, Optional<JsonGenerator> document) {
    this.out = out;
    this.output = output;
    this.document = document;
  }

  /** {@return a printer of one document} */
  static ExplainJson document(PrintWriter out, Output output) {
    JsonGenerator json = output.generator(out);
    json.writeStartObject();
    json.writeStringProperty("schema", SCHEMA);
    json.writeArrayPropertyStart("hosts");
    return new ExplainJson(out, output, Optional.of(json));
  }

  /** {@return a printer of one document a line} */
  static ExplainJson lines(PrintWriter out, Output output) {
    return new ExplainJson(out, output, Optional.empty());
  }

  @Override
  public void host(String origin, Assessment assessment) {
    JsonGenerator json = start(origin);
    json.writeStringProperty("host", assessment.machine().name());
    json.writeStringProperty("kernel", assessment.machine().kernel());
    json.writeStringProperty("ims", assessment.ims().toString());
    json.writeStringProperty("platform", name(assessment.general().getFirst().platform()));
    facts(json, assessment.machine().evidence());
    Output.strings(json, "decoded", assessment.machine().details());
    Output.strings(json, "problems", assessment.machine().problems());
    json.writeArrayPropertyStart("verdicts");
    assessment.general().forEach(verdict -> verdict(json, verdict));
    json.writeEndArray();
    json.writeArrayPropertyStart("functions");
    assessment.functions().forEach(function -> function(json, function));
    json.writeEndArray();
    json.writeNumberProperty("functionsWithoutIms", assessment.without());
    json.writeNumberProperty("functionsHidden", assessment.hidden());
    finish(json);
  }

  @Override
  public void broken(String origin, String reason) {
    JsonGenerator json = start(origin);
    json.writeStringProperty("error", reason);
    finish(json);
  }

  @Override
  public void end() {
    document.ifPresent(
        json -> {
          json.writeEndArray();
          json.writeEndObject();
          json.writeRaw('\n');
          json.close();
        });
  }

  private JsonGenerator start(String origin) {
    JsonGenerator json = document.orElseGet(() -> output.generator(out));
    json.writeStartObject();
    if (document.isEmpty()) {
      json.writeStringProperty("schema", SCHEMA);
    }
    json.writeStringProperty("source", origin.isEmpty() ? "live" : origin);
    return json;
  }

  private void finish(JsonGenerator json) {
    json.writeEndObject();
    if (document.isEmpty()) {
      json.writeRaw('\n');
      json.close();
    }
  }

  private void function(JsonGenerator json, Assessment.Assessed assessed) {
    var function = assessed.part().function();
    json.writeStartObject();
    json.writeStringProperty("address", function.address().toString());
    json.writeStringProperty("vendor", "0x%04x".formatted(function.vendor()));
    json.writeStringProperty("device", "0x%04x".formatted(function.device()));
    facts(json, assessed.part().evidence());
    json.writeArrayPropertyStart("verdicts");
    assessed.verdicts().forEach(verdict -> verdict(json, verdict));
    json.writeEndArray();
    json.writeArrayPropertyStart("questions");
    assessed.diagnoses().forEach(diagnosis -> diagnosis(json, diagnosis));
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void facts(JsonGenerator json, Evidence evidence) {
    json.writeArrayPropertyStart("evidence");
    evidence.facts().forEach(fact -> fact(json, fact));
    json.writeEndArray();
  }

  private static void fact(JsonGenerator json, Fact fact) {
    json.writeStartObject();
    json.writeStringProperty("sign", fact.sign().id());
    json.writeStringProperty("truth", name(fact.truth()));
    json.writeStringProperty("detail", fact.detail());
    json.writeStringProperty("source", fact.source());
    json.writeEndObject();
  }

  private static void verdict(JsonGenerator json, Verdict verdict) {
    json.writeStartObject();
    json.writeStringProperty("role", name(verdict.use().role()));
    json.writeStringProperty("store", name(verdict.use().store()));
    json.writeStringProperty("writer", name(verdict.use().writer()));
    json.writeStringProperty("outcome", name(verdict.outcome()));
    json.writeBooleanProperty("allowed", verdict.allowed());
    json.writeNumberProperty("isolation", verdict.isolation().number());
    json.writeStringProperty("rule", verdict.rule().id());
    json.writeStringProperty("reason", verdict.reason());
    rules(json, "fired", verdict.fired().stream().map(Verdict.Fired::rule).toList());
    rules(json, "caveats", verdict.caveats());
    rules(json, "complaints", verdict.complaints());
    rules(json, "notes", verdict.notes());
    unknown(json, verdict.unknown());
    json.writeArrayPropertyStart("changes");
    for (Verdict.Change change : verdict.changes()) {
      json.writeStartObject();
      json.writeStringProperty("outcome", name(change.outcome()));
      Output.strings(json, "if", change.steps());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void diagnosis(JsonGenerator json, Diagnosis diagnosis) {
    json.writeStartObject();
    json.writeStringProperty("id", diagnosis.symptom().id());
    json.writeStringProperty("question", diagnosis.symptom().question());
    json.writeStringProperty("seen", name(diagnosis.seen()));
    rules(json, "causes", diagnosis.causes());
    unknown(json, diagnosis.unknown());
    json.writeEndObject();
  }

  private static void unknown(JsonGenerator json, List<Fact> facts) {
    json.writeArrayPropertyStart("unknown");
    facts.forEach(fact -> json.writeString(fact.sign().id()));
    json.writeEndArray();
  }

  private static void rules(JsonGenerator json, String name, List<Rule> rules) {
    json.writeArrayPropertyStart(name);
    for (Rule rule : rules) {
      json.writeStartObject();
      json.writeStringProperty("id", rule.id());
      json.writeStringProperty("text", rule.text());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  public static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
