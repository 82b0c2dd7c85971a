package dev.adit.host;

import dev.adit.devices.Model;
import dev.adit.platform.Evidence;
import dev.adit.platform.Ims;
import java.util.Optional;

/**
 * A physical function as the host is to set it up.
 *
 * @param name what it is called, such as {@code dsa0}
 * @param model what it is
 * @param ims the switch for its message store
 * @param evidence what the decision about the store rests on; without, what Adit knows of its own
 *     remapping unit, to which an emulated function's messages go
 */
public record FunctionPlan(String name, Model model, Ims ims, Optional<Evidence> evidence) {
  /** A function whose store is used where that is known to be right. */
  public FunctionPlan(String name, Model model) {
    this(name, model, Ims.AUTO, Optional.empty());
  }

  /** {@return this plan with another position of the switch} */
  public FunctionPlan withIms(Ims other) {
    return new FunctionPlan(name, model, other, evidence);
  }

  /** {@return this plan with other evidence} */
  public FunctionPlan withEvidence(Evidence other) {
    return new FunctionPlan(name, model, ims, Optional.of(other));
  }
}
