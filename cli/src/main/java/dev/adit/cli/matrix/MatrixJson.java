package dev.adit.cli.matrix;

import dev.adit.cli.output.Output;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.Attack;
import dev.adit.platform.Rule;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/** The matrix as one JSON document. */
final class MatrixJson {
  static final String SCHEMA = "adit.matrix/1";

  private MatrixJson() {}

  static void print(
      List<MatrixResult> results,
      Map<IsolationLevel, List<Attack>> attacks,
      GuestMatrixText guests,
      Output output,
      PrintWriter out) {
    try (JsonGenerator json = output.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("schema", SCHEMA);
      json.writeArrayPropertyStart("cases");
      results.forEach(result -> result(json, result));
      json.writeEndArray();
      json.writeArrayPropertyStart("attacks");
      attacks.values().forEach(list -> list.forEach(attack -> attack(json, attack)));
      json.writeEndArray();
      guests.write(json);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void result(JsonGenerator json, MatrixResult result) {
    json.writeStartObject();
    json.writeStringProperty("case", MatrixScenario.words(result.row()));
    json.writeStringProperty("title", result.row().title());
    json.writeStringProperty("ims", result.ims().toString());
    json.writeStringProperty("expected", MatrixScenario.words(result.row().expected(result.ims())));
    json.writeStringProperty("verdict", MatrixScenario.words(result.verdict().outcome()));
    json.writeStringProperty("rule", result.verdict().rule().id());
    json.writeStringProperty("reason", result.verdict().reason());
    Output.strings(json, "caveats", result.verdict().caveats().stream().map(Rule::text).toList());
    Output.strings(
        json, "complaints", result.verdict().complaints().stream().map(Rule::text).toList());
    json.writeStringProperty("store", result.store());
    json.writeStringProperty("refusal", result.refusal());
    json.writeNumberProperty("isolation", result.row().setup().level().number());
    json.writeNumberProperty("sent", result.sent());
    json.writeNumberProperty("delivered", result.delivered());
    json.writeNumberProperty("traps", result.traps());
    json.writeNumberProperty("hypercalls", result.hypercalls());
    path(json, result.hops());
    json.writeArrayPropertyStart("attacks");
    result.attacks().forEach(attack -> attack(json, attack));
    json.writeEndArray();
    Output.strings(json, "problems", result.problems());
    json.writeEndObject();
  }

  private static void attack(JsonGenerator json, Attack attack) {
    json.writeStartObject();
    json.writeStringProperty("attack", MatrixScenario.words(attack.kind()));
    json.writeStringProperty("title", attack.kind().text());
    json.writeNumberProperty("isolation", attack.level().number());
    json.writeNumberProperty("stoppedFrom", attack.kind().stoppedFrom().number());
    json.writeNumberProperty("tried", attack.tried());
    json.writeNumberProperty("through", attack.through());
    json.writeObjectPropertyStart("stopped");
    new TreeMap<>(attack.stopped()).forEach(json::writeNumberProperty);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Writes the way of an interrupt. */
  static void path(JsonGenerator json, List<MatrixResult.Hop> hops) {
    json.writeArrayPropertyStart("path");
    for (MatrixResult.Hop hop : hops) {
      json.writeStartObject();
      json.writeStringProperty("where", hop.where());
      json.writeStringProperty("what", hop.what());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
