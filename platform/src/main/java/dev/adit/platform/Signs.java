package dev.adit.platform;

import java.util.Set;

/** Finds the signs that a condition asks for. */
final class Signs {
  private Signs() {}

  static void of(Condition condition, Set<Sign> into) {
    switch (condition) {
      case Condition.Says says -> into.add(says.sign());
      case Condition.Not not -> of(not.condition(), into);
      case Condition.Unproved unproved -> of(unproved.condition(), into);
      case Condition.All all -> all.conditions().forEach(each -> of(each, into));
      case Condition.Any any -> any.conditions().forEach(each -> of(each, into));
      case Condition.Always _,
          Condition.RoleIs _,
          Condition.WriterIs _,
          Condition.StoreIs _,
          Condition.PlatformIs _,
          Condition.ImsIs _,
          Condition.OutcomeIs _ -> {}
    }
  }
}
