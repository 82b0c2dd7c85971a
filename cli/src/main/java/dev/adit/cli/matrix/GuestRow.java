package dev.adit.cli.matrix;

import dev.adit.cli.boot.ImsOptions.Way;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of the matrix that a stock guest can run, and two that are Adit's own. */
public enum GuestRow {
  TRAPPED(
      "guest, PF/VF, store that can be trapped, no hypercall",
      MatrixRow.GUEST_FUNCTION,
      Way.trap,
      false),
  HYPERCALL(
      "guest, PF/VF, hypercall, store in device memory", MatrixRow.GUEST_HYPERCALL, Way.pv, false),
  ACCEPTED(
      "guest, PF/VF, the host traps and translates, which the guest accepts (extension)",
      null,
      Way.trap,
      true),
  ACCEPTED_VIOMMU(
      "guest with vIOMMU, PF/VF, which the guest accepts (extension)", null, Way.viommu, true);

  private final String title;
  private final @Nullable MatrixRow twin;
  private final Way way;
  private final boolean accepted;

  GuestRow(String title, @Nullable MatrixRow twin, Way way, boolean accepted) {
    this.title = title;
    this.twin = twin;
    this.way = way;
    this.accepted = accepted;
  }

  String title() {
    return title;
  }

  /** {@return the row of the machines in memory that must come to the same} */
  Optional<MatrixRow> twin() {
    return Optional.ofNullable(twin);
  }

  /** {@return what the host does} */
  Way way() {
    return way;
  }

  /** {@return whether the guest accepts a host that translates} */
  boolean accepted() {
    return accepted;
  }

  /** {@return the verdict of the table of the discussion, or of the extension to it} */
  public Outcome expected(Ims ims) {
    if (twin != null) {
      return twin.expected(ims);
    }
    return ims == Ims.OFF ? Outcome.MSI_X : Outcome.ALLOW;
  }
}
