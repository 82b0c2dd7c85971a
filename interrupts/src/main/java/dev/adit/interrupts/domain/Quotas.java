package dev.adit.interrupts.domain;

import dev.adit.interrupts.DomainException;
import java.util.HashMap;
import java.util.Map;

/**
 * How much of a scarce thing (store entries, remapping entries, vectors) each tenant may hold, so
 * that none can take it all. Safe for several threads.
 */
public final class Quotas {
  private static final class Account {
    private int limit;
    private int used;
  }

  private final String what;
  private final int standard;
  private final Map<Integer, Account> accounts = new HashMap<>();

  /**
   * Makes one in which everybody has the same share.
   *
   * @param what the thing, for messages, in the plural
   * @param standard how many each tenant may hold
   */
  public Quotas(String what, int standard) {
    this.what = what;
    this.standard = standard;
  }

  /** {@return quotas that limit nobody} */
  public static Quotas none(String what) {
    return new Quotas(what, Integer.MAX_VALUE);
  }

  /** Gives one tenant a share of its own. What it holds already stays. */
  public synchronized void limit(int vm, int limit) {
    account(vm).limit = limit;
  }

  /** {@return how many a tenant holds} */
  public synchronized int used(int vm) {
    return account(vm).used;
  }

  /** Counts one more, or refuses. */
  synchronized void take(int vm) {
    Account account = account(vm);
    if (account.used >= account.limit) {
      throw new DomainException(
          DomainException.Reason.QUOTA,
          "VM " + vm + " holds its share of " + account.limit + " " + what + "; raise its quota");
    }
    account.used++;
  }

  synchronized void give(int vm) {
    account(vm).used--;
  }

  private Account account(int vm) {
    Account account = accounts.get(vm);
    if (account == null) {
      account = new Account();
      account.limit = standard;
      accounts.put(vm, account);
    }
    return account;
  }
}
