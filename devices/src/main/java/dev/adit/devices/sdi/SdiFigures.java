package dev.adit.devices.sdi;

import dev.adit.devices.Figure;
import dev.adit.devices.Figure.One;
import dev.adit.devices.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The numbers that SDI functions and virtual SDIs report. */
final class SdiFigures {
  private static final Quantity DONE =
      Quantity.counter("copies", "copies", "Copies done.")
          .measured("sdi_copies")
          .rated("COPIES/S")
          .listed("COPIES");
  private static final Quantity FAILED =
      Quantity.counter("copiesFailed", "copies", "Copies that were refused or ended early.")
          .called("failed")
          .measured("sdi_copies_failed")
          .listed("FAILED");
  private static final Quantity MESSAGES =
      Quantity.counter("messages", "interrupts", "Interrupts that an SDI has asked for.")
          .rated("INT/S");

  static final List<Quantity> ALL = List.of(DONE, FAILED, MESSAGES);
  static final Figure.Parts PARTS = new Figure.Parts("sdis", "SDI", "sdi");

  private SdiFigures() {}

  /** {@return what a function reports} */
  static List<Figure> of(List<Sdi> sdis) {
    List<Figure.Row> rows = new ArrayList<>();
    for (int index = 0; index < sdis.size(); index++) {
      Sdi sdi = sdis.get(index);
      Map<String, String> words = Map.of("requester", "0x%04x".formatted(sdi.requesterId()));
      rows.add(
          new Figure.Row(
              index,
              words,
              List.of(
                  new One(DONE, sdi.done()),
                  new One(FAILED, sdi.failed()),
                  new One(MESSAGES, sdi.interrupts()))));
    }
    return List.of(
        new One(DONE, sdis.stream().mapToLong(Sdi::done).sum()),
        new One(FAILED, sdis.stream().mapToLong(Sdi::failed).sum()),
        new Figure.Table(PARTS, rows));
  }

  /** {@return what a virtual SDI reports} */
  static List<Figure> of(long done, long failed, List<Long> interrupts) {
    return List.of(
        new One(DONE, done),
        new One(FAILED, failed),
        new Figure.Series(Quantity.INTERRUPTS, interrupts));
  }
}
