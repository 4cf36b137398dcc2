/** Documents of the client tests: their class names become the collections `Customers` and `Orders`. */
export class Customer {
  id?: string;
  name: string;
  city: string | undefined;

  constructor(name = '', city?: string) {
    this.name = name;
    this.city = city;
  }
}

export class Order {
  id?: string;
  customerId: string;
  total: number;

  constructor(customerId = '', total = 0) {
    this.customerId = customerId;
    this.total = total;
  }
}
