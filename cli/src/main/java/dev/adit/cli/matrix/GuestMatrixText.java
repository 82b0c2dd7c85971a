package dev.adit.cli.matrix;

import dev.adit.cli.boot.GuestResult;
import dev.adit.cli.explain.ExplainJson;
import dev.adit.cli.output.Output;
import dev.adit.cli.output.Output.Look;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** What real guests came to, beside the matrix: as a table, in JSON and as HTML. */
final class GuestMatrixText {
  private final List<GuestResult> results;

  GuestMatrixText(List<GuestResult> results) {
    this.results = results;
  }

  void print(Output output, PrintWriter out, boolean verbose) {
    GuestRow last = null;
    for (GuestResult result : results) {
      if (result.row() != last) {
        last = result.row();
        String twin = last.twin().isPresent() ? "" : ", not in memory";
        out.println();
        out.println(output.look(Look.STRONG, "In a stock guest: " + last.title()) + twin);
      }
      out.printf(
          "  %-4s  %-7s  %-5s  %d interrupts, %d lost, %d calls; %s [%s]%n",
          result.told().ims(),
          result.told().evidence().getOrDefault("outcome", "-"),
          result.ims() ? "IMS" : "MSI-X",
          result.told().count("interrupts"),
          result.told().count("lost"),
          result.told().count("calls"),
          result.reason(),
          result.rule());
      result.problems().forEach(text -> out.println("      " + output.look(Look.BAD, text)));
      if (verbose) {
        result.hops().forEach(hop -> out.printf("        %-10s %s%n", hop.where(), hop.what()));
      }
    }
    long wrong = results.stream().filter(result -> !result.problems().isEmpty()).count();
    out.println();
    out.println(
        wrong == 0
            ? output.look(
                Look.GOOD,
                results.size() + " cases in stock guests came out as expected and as in memory.")
            : output.look(Look.BAD, wrong + " of " + results.size() + " in guests did not."));
  }

  void write(JsonGenerator json) {
    json.writeArrayPropertyStart("guests");
    for (GuestResult result : results) {
      json.writeStartObject();
      json.writeStringProperty("case", MatrixScenario.words(result.row()));
      json.writeStringProperty("title", result.row().title());
      result.row().twin().ifPresent(t -> json.writeStringProperty("twin", MatrixScenario.words(t)));
      json.writeStringProperty("ims", result.told().ims().toString());
      json.writeStringProperty(
          "expected", ExplainJson.name(result.row().expected(result.told().ims())));
      json.writeStringProperty("verdict", result.told().evidence().getOrDefault("outcome", "-"));
      json.writeStringProperty("rule", result.rule());
      json.writeStringProperty("reason", result.reason());
      json.writeStringProperty("store", result.ims() ? "ims" : "msi-x");
      json.writeNumberProperty("delivered", result.told().count("interrupts"));
      json.writeNumberProperty("lost", result.told().count("lost"));
      json.writeNumberProperty("hypercalls", result.told().count("calls"));
      MatrixJson.path(json, result.hops());
      Output.strings(json, "problems", result.problems());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
