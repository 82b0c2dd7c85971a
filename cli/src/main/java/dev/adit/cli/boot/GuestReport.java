package dev.adit.cli.boot;

import dev.adit.cli.output.Output;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * What one guest has told, beside what its device has sent.
 *
 * @param sent interrupts by vector
 * @param ways what the interrupts of each vector went through, in words; may be shorter
 */
record GuestReport(GuestRun run, List<Long> sent, List<String> ways) {
  /** Prints the boots, and the interrupts of the last. */
  void print(PrintWriter out, Output output) {
    int number = 0;
    for (GuestRun.Boot boot : run.boots()) {
      out.printf("boot       %d of Linux %s%n", ++number, boot.release());
      for (GuestMessage.Step step : boot.steps()) {
        String word =
            step.passed()
                ? output.look(Output.Look.GOOD, "ok    ")
                : output.look(Output.Look.BAD, "FAILED");
        out.printf("  %s   %-12s %s%n", word, step.name(), step.detail());
      }
      boot.notes().forEach(note -> out.println("  note     " + note));
      printTransfers(out, boot.transfers());
    }
    printInterrupts(out);
  }

  private static void printTransfers(PrintWriter out, List<GuestRun.Transfer> transfers) {
    for (GuestRun.Transfer t : transfers) {
      out.printf(
          "  dmatest  %-18s %d tests, %d failures, %.0f per second, %d KiB/s%n",
          t.thread(), t.tests(), t.failures(), t.perSecond(), t.kibPerSecond());
    }
  }

  private void printInterrupts(PrintWriter out) {
    if (run.boots().isEmpty()) {
      return;
    }
    out.println("interrupts, as the guest counted them in its last boot and the device in all");
    for (GuestRun.Interrupt i : run.boots().getLast().interrupts()) {
      long sent = sent(i.vector());
      if (i.count() > 0 || sent > 0) {
        out.printf(
            "  vector   %d: %d received, %d sent%s (%s, %s)%n",
            i.vector(), i.count(), sent, way(i.vector()), i.name(), i.chip());
      }
    }
  }

  private long sent(long vector) {
    return vector >= 0 && vector < sent.size() ? sent.get((int) vector) : 0;
  }

  private String way(long vector) {
    return vector >= 0 && vector < ways.size() ? " through " + ways.get((int) vector) : "";
  }

  /** Writes its properties into the object that is open. */
  void write(JsonGenerator json) {
    json.writeBooleanProperty("passed", run.passed());
    run.failure().ifPresent(why -> json.writeStringProperty("failure", why));
    json.writeArrayPropertyStart("boots");
    run.boots().forEach(boot -> write(json, boot));
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, GuestRun.Boot boot) {
    json.writeStartObject();
    json.writeStringProperty("release", boot.release());
    json.writeArrayPropertyStart("steps");
    for (GuestMessage.Step step : boot.steps()) {
      json.writeStartObject();
      json.writeStringProperty("name", step.name());
      json.writeBooleanProperty("passed", step.passed());
      json.writeStringProperty("detail", step.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("notes");
    boot.notes().forEach(json::writeString);
    json.writeEndArray();
    json.writeArrayPropertyStart("dmatest");
    for (GuestRun.Transfer t : boot.transfers()) {
      json.writeStartObject();
      json.writeStringProperty("thread", t.thread());
      json.writeNumberProperty("tests", t.tests());
      json.writeNumberProperty("failures", t.failures());
      json.writeNumberProperty("per_second", t.perSecond());
      json.writeNumberProperty("kib_per_second", t.kibPerSecond());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("interrupts");
    for (GuestRun.Interrupt i : boot.interrupts()) {
      json.writeStartObject();
      json.writeNumberProperty("vector", i.vector());
      json.writeNumberProperty("received", i.count());
      json.writeStringProperty("chip", i.chip());
      json.writeStringProperty("name", i.name());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
