/** What is known of DSA and IAX functions on some machine, and what their users ask. */
package dev.adit.devices.dsa.tell;
